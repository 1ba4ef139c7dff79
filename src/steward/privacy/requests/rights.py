"""In which words people ask for a right they have over their data, in the languages that Steward speaks.

Without accents where `lib.fold` takes them. `*` stands for up to three words, `~` for any ending,
`|` for one word or the other. Whoever adds a phrase adds what cannot well mean anything else: it is shown to agents
as a supposition, with the words beside it.
"""

from collections.abc import Mapping

from steward.privacy.requests.models import PrivacyRequest

Type = PrivacyRequest.Type

PHRASES: Mapping[Type, tuple[str, ...]] = {
    Type.ERASE: (
        "delete|erase|remove * my * data", "delete|erase|remove * my personal information|details",
        "delete|erase|remove everything * about me", "deletion|erasure|removal of * my * data",
        "right to be forgotten", "right to|of erasure", "request erasure",
        "usun~ * moje * dane", "usun~ * wszystkie dane o mnie", "usunieci~ * moich * danych",
        "usunieci~ danych osobowych",
        "skasowani~ * moich * danych", "skasuj~ * moje * dane", "praw~ do bycia zapomnian~",
        "xoa * du lieu * cua toi", "xoa * thong tin ca nhan", "xoa * du lieu ca nhan", "quyen duoc lang quen",
        "quyen xoa du lieu",
        "حذف|بحذف|احذفوا|محو|بمحو|مسح|بمسح * بياناتي", "حذف|بحذف|احذفوا * معلوماتي", "الحق في النسيان|المحو",
        "slet~ * mine * data|personoplysninger|personlige|oplysninger", "slet~ * alt om mig",
        "sletning af * mine * data|personoplysninger|oplysninger", "ret|retten til at blive glemt",
        "ret|retten til sletning",
        "dzes~|izdzes~ * manus * datus", "izdzest|dzest * visu par mani", "manu * datu dzesan~|izdzesan~",
        "tiesib~ tikt aizmirst~", "tiesib~ uz dzesanu",
    ),
    Type.ACCESS: (
        "access to * my * data", "access to my personal information", "subject access request", "data access request",
        "dsar", "right of|to access", "copy of * my * data", "copy of * data * about me",
        "what|which * data * about me", "what|which * information * hold|store|keep * about me", "what * know about me",
        "dostep~ do * moich * danych", "kopi~ * moich * danych", "jakie * dane * o mnie", "praw~ dostepu do * danych",
        "truy cap * du lieu * cua toi", "ban sao * du lieu * cua toi", "quyen truy cap * du lieu",
        "du lieu nao * ve toi", "thong tin nao * ve toi",
        "الوصول|الاطلاع الي|على|علي * بياناتي", "نسخه من * بياناتي", "حق|الحق الوصول|الاطلاع",
        "البيانات|المعلومات التي * عني",
        "indsigt i * mine * data|personoplysninger|oplysninger", "indsigtsanmodning", "ret|retten til indsigt",
        "indsigtsret~", "kopi af * mine * data|personoplysninger|oplysninger", "hvilke * oplysninger|data * om mig",
        "piekluv~|piekl~ * maniem * datiem", "manu * datu kopij~", "kopij~ * no maniem datiem",
        "kadus|kadi * datus|dati * par mani", "piekluves tiesib~", "tiesib~ piekl~",
    ),
    Type.RECTIFY: (
        "correct|rectify * my * personal data|information", "correct|rectify my data", "rectification of * my * data",
        "right to|of rectification",
        "sprostowani~ * moich * danych", "sprostuj~ * moje * dane", "poprawieni~ * moich * danych",
        "praw~ do sprostowania",
        "chinh sua * du lieu * cua toi", "dinh chinh * du lieu * cua toi", "chinh sua * du lieu ca nhan",
        "quyen chinh sua * du lieu",
        "تصحيح|بتصحيح|صححوا * بياناتي", "الحق في التصحيح",
        "berigt~ * mine * data|personoplysninger|oplysninger", "berigtigelse af * mine", "ret|retten til berigtigelse",
        "labo~|izlabo~ * manus * datus", "manu * datu labosan~", "tiesib~ labot",
    ),
    Type.RESTRICT: (
        "restrict|limit|stop * processing * my * data", "restriction of * processing", "right to|of restriction",
        "ograniczeni~ przetwarzania", "ogranicz~ * przetwarzani~",
        "han che * xu ly * du lieu",
        "تقييد|بتقييد * معالجه",
        "begraens~ * behandling~",
        "ierobezo~ * apstrad~", "apstrades ierobezo~",
    ),
    Type.PORTABILITY: (
        "data portability", "portability of * my * data", "right to|of portability", "my * data * machine readable",
        "przenoszeni~ * danych", "przeniesieni~ * moich * danych",
        "di chuyen|chuyen * du lieu * cua toi", "quyen di chuyen * du lieu",
        "نقل|بنقل * بياناتي", "قابليه نقل البيانات",
        "dataportabilitet",
        "datu parnesamib~", "parnest * manus * datus", "datu parnesan~",
    ),
    Type.OBJECT: (
        "object|objecting to * processing", "objection to * processing", "object|objecting|objection to * marketing",
        "object|objecting to * use of * my", "right to object",
        "sprzeciw~ * wobec|przeciw|co do * przetwarzania", "sprzeciw~ * przetwarzani~", "praw~ do sprzeciwu|wniesienia",
        "phan doi * xu ly", "quyen phan doi",
        "اعترض|الاعتراض|اعتراضي * علي|على معالجه", "الحق في الاعتراض",
        "indsigelse * mod * behandling~", "ret|retten til indsigelse", "ret|retten til at gore indsigelse",
        "iebil~|iebild~ pret * apstrad~", "tiesib~ iebilst",
    ),
    Type.WITHDRAW: (
        "withdraw|revoke * consent", "withdrawal of * consent",
        "cofam|wycofuje|odwoluje * zgode", "wycofani~|cofnieci~|odwolani~ * zgody",
        "rut * dong y",
        "سحب|بسحب|اسحب * موافقتي",
        "traekker|traekke * samtykke", "tilbagetraek~|tilbagekald~ * samtykke",
        "atsaucu|atsaukt|atsauk~ * piekrisan~",
    ),
    Type.UNSAID: (
        "data subject request", "gdpr request", "my rights under * gdpr", "my gdpr rights",
        "wniosek|zadanie na podstawie|mocy rodo", "moje prawa * rodo",
        "anmodning efter gdpr|databeskyttelsesforordningen", "mine rettigheder efter gdpr",
        "vdar pieprasijum~", "manas tiesibas * vdar",
    ),
}  # fmt: skip

# By article of Regulation (EU) 2016/679, where the law is named too.
ARTICLES: Mapping[int, Type] = {
    15: Type.ACCESS, 16: Type.RECTIFY, 17: Type.ERASE, 18: Type.RESTRICT, 19: Type.UNSAID, 20: Type.PORTABILITY,
    21: Type.OBJECT, 22: Type.UNSAID,
}  # fmt: skip
LAWS = (
    "gdpr", "2016 679", "general data protection regulation", "dsgvo", "rodo", "ochronie danych",
    "bao ve du lieu", "حمايه البيانات", "databeskyttelsesforordning~", "persondataforordning~",
    "vdar", "datu aizsardzibas",
)  # fmt: skip
# What stands before the number, or behind it as in Latvian.
ARTICLE = ("art", "article", "articles", "artykul~", "artikel~", "artikler~", "dieu", "الماده", "بالماده", "ماده")
ARTICLE_BEHIND = ("pant~",)
