"""How mail programs of the world announce quoted text. Adding a language is adding words; case does not matter.

Words are parted by ` | ` and line ends.
"""

import re


def _parted(words: str) -> list[str]:
    return [word.strip() for word in re.split(r" \| |\n", words) if word.strip()]


# "… wrote:", as it stands in the line before a quotation; regular expressions.
WROTE = "|".join(
    _parted(r"""
    wrote | sent | writes | replied | schrieb | hat geschrieben | geschrieben | a écrit
    a ecrit | écrit | écrivait | escribió | escribio | escribe | va escriure | ha scritto | scrive
    ha risposto | schreef | geschreven | schreven | napisał(?:a|\(a\)|/a)? | pisze | skrev | skreiv
    kirjoitti | kirjutas | napsala?(?:\(a\))? | napísala?(?:\(a\))? | píše | escreveu | написала?(?:\(а\))?
    пишет | писала? | написав | написала | пише | đã viết | viết | كتبت? | كتب/كتبت | تمت كتابة ما يلي
    rakstīja | raksta | rašė | parašė | 写道 | 寫道 | 写到 | 來信 | 来信 | 書きました | 書いた | のメール
    からのメール | のメッセージ | 작성 | 썼습니다 | 쓴 글 | yazdı | şunu yazdı | şunları yazdı | írta
    a scris | έγραψε | je napisao | je napisal | כתבה? | מאת | เขียนว่า | menulis | 님이 작성
""")
)

# Words an attribution may begin with before its date: prepositions, days of the week.
BEFORE_DATE = frozenset(
    _parted("""
    a | am | at | cz | d. | data | dato | datum | den | di | dia | dne | dnia | dniu | do | día | dňa | el
    el. | em | fr | fre | giorno | gli | il | in | je | ke | kell | kl | kl. | la | le | lu | lör | lør | lúc
    ma | man | me | mi | mo | mån | na | nd | ngày | no | o | om | on | ons | op | pada | pe | pn | pt | på
    sa | so | su | sön | søn | ti | tir | tis | to | tor | tors | um | v | ve | vo | vào | vào, | w | wt | po
    út | st | čt | pá | ne | în | ในวันที่ | เมื่อ | วันที่ | à | śr | στις | την | в | на | у | ב | ב-
    בתאריך | بتاريخ | في | 于 | 在 | 於
""")
)

# Words in small letters between time and name, and in names.
BY = frozenset(
    _parted(
        "from | by | by: | am | pm | a.m. | p.m. | uhr | г. | в | от | von | van | der | den | de | da | di | du | la"
    )
)

# Names of header fields, by what they hold.
FROM = frozenset(
    _parted("""
    from | von | de | da | van | od | från | fra | afsender | avsender | avsändare | от | від | no | lähettäjä
    saatja | nuo | từ | người gửi | من | المرسل | 差出人 | 送信者 | 发件人 | 發件人 | 寄件者 | 寄件人
    보낸 사람 | 보낸사람 | 보내는 사람 | kimden | gönderen | feladó | expéditeur | absender | nadawca
    odesílatel | odosielateľ | отправитель | od koho | mittente | remitente | remetente | afzender | de la
    από | מאת | จาก | dari
""")
)
SENT = frozenset(
    _parted("""
    sent | date | sent at | gesendet | datum | envoyé | envoyé le | date d'envoi | inviato | data | verzonden
    verzonden op | wysłano | wysłane | data wysłania | enviado | enviado el | enviado em | enviada em | fecha
    skickat | sendt | dato | sendt den | odesláno | odoslané | 送信日時 | 日時 | 日付 | 送信 | 发送时间
    發送時間 | 发送日期 | 日期 | 傳送時間 | 寄件日期 | 時間 | отправлено | дата | дата отправки | надіслано
    đã gửi | ngày | ngày gửi | gửi | تاريخ الإرسال | التاريخ | تم الإرسال | أُرسلت | أرسلت | تاريخ | nosūtīts
    nosūtīja | datums | lähetetty | päivämäärä | päiväys | saadetud | išsiųsta | 보낸 날짜 | 날짜 | 보낸 시간
    gönderildi | gönderilen | gönderme | tarih | elküldve | küldve | dátum | trimis | στάλθηκε | ημερομηνία
    נשלח | תאריך | ส่ง | วันที่ | dikirim | tanggal
""")
)
TO = frozenset(
    _parted("""
    to | an | à | a | aan | do | till | til | komu | para | pro | кому | kam | vastaanottaja | kenelle | đến
    tới | người nhận | إلى | الى | المستلم | kime | alıcı | 宛先 | 收件人 | 收件者 | 받는 사람 | 받는사람
    címzett | către | προς | אל | ถึง | kepada | destinataire | destinatario | destinatário | empfänger | cc
    bcc | kopie | copia | cópia | kopi | kopia | dw | udw | копия | копія | 抄送 | 副本 | نسخة | نسخة إلى
    kopija | kopio | 참조 | bilgi | másolat | kópia | reply-to | reply to | antwort an | risposta | répondre à
    responder a | odpowiedz do | ответить | 返信先 | 回复 | 回覆
""")
)
SUBJECT = frozenset(
    _parted("""
    subject | betreff | objet | oggetto | onderwerp | temat | asunto | ämne | emne | předmět | predmet
    assunto | тема | chủ đề | tiêu đề | الموضوع | موضوع | tēma | temats | aihe | teema | tema | 件名 | 主题
    主題 | 主旨 | 標題 | 제목 | konu | tárgy | subiect | θέμα | נושא | เรื่อง | subjek | perihal
""")
)

# Others that stand among them; any other word before a colon is a field of some form, and not of a mail.
FURTHER = frozenset(
    _parted("""
    importance | priority | attachments | attachment | wichtigkeit | priorität | anlagen | anhänge | importance
    pièces jointes | importanza | allegati | urgentie | bijlagen | ważność | załączniki | importancia
    datos adjuntos | adjuntos | prioritet | bifogade filer | vedhæftede filer | vedlegg | důležitost | přílohy
    importância | anexos | важность | вложения | 重要度 | 添付ファイル | 重要性 | 附件 | 중요도 | 첨부 | önem | ekler
    tärkeys | liitteet | svarīgums | pielikumi | tầm quan trọng | đính kèm | الأهمية | المرفقات | organization | sender
    """)
)

# "-----Original Message-----": what follows is history.
ORIGINAL = frozenset(
    _parted("""
    original message | reply message | ursprüngliche nachricht | original-nachricht | originalnachricht
    original nachricht | message d'origine | message d’origine | message original | message initial
    mensaje original | messaggio originale | oorspronkelijk bericht | origineel bericht | oryginalna wiadomość
    wiadomość oryginalna | oryginalny e-mail | ursprungligt meddelande | originalmeddelande
    oprindelig meddelelse | oprindelig besked | original besked | opprinnelig melding | původní zpráva
    původní e-mail | pôvodná správa | mensagem original | исходное сообщение | оригинальное сообщение
    оригінальне повідомлення | 原始邮件 | 原始郵件 | 原始信件 | 邮件原件 | 原邮件 | 元のメッセージ
    元のメール | alkuperäinen viesti | thư gốc | tin nhắn gốc | الرسالة الأصلية | sākotnējais ziņojums
    sākotnējā ziņa | 원본 메시지 | 원본 메일 | özgün ileti | orijinal mesaj | orijinal ileti | eredeti üzenet
    mesaj original | αρχικό μήνυμα | הודעה מקורית | pesan asli
""")
)

# "---------- Forwarded message ----------": what follows was sent on purpose.
FORWARDED = frozenset(
    _parted("""
    forwarded message | forwarded mail | weitergeleitete nachricht | message transféré | message réexpédié
    mensaje reenviado | messaggio inoltrato | doorgestuurd bericht | przekazana wiadomość
    wiadomość przekazana dalej | wiadomość przekazana | vidarebefordrat meddelande | videresendt meddelelse
    videresendt besked | videresendt melding | přeposlaná zpráva | preposlaná správa | mensagem encaminhada
    mensagem reencaminhada | пересылаемое сообщение | перенаправленное сообщение | пересланное сообщение
    переслане повідомлення | 转发的邮件 | 转发邮件 | 轉寄的郵件 | 轉寄郵件 | 転送されたメッセージ
    転送メッセージ | välitetty viesti | edelleenlähetetty viesti | thư được chuyển tiếp
    tin nhắn đã chuyển tiếp | رسالة معاد توجيهها | الرسالة المعاد توجيهها | pārsūtītais ziņojums
    pārsūtīts ziņojums | 전달된 메시지 | 전달된 메일 | iletilen ileti | yönlendirilmiş ileti
    yönlendirilen ileti | továbbított üzenet | mesaj redirecționat | προωθημένο μήνυμα | הודעה שהועברה
""")
)

# Who writes these before "wrote:" tells a story; mail programs do not. Matched as they stand: names have capitals.
STORY = frozenset(
    _parted("""
    I | we | me | my | your | our | us | ich | wir | mir | uns | Ihr | Ihre | mein | meine | unser | euer
    dein | j'ai | nous | moi | votre | vos | notre | yo | nosotros | nuestro | vuestro | noi
    nostro | vostro | ik | wij | mijn | uw | onze | jullie | mój | nasz | wasz | jag | vi | vår | din | jeg
    vores | nós | nosso | vosso | můj | náš | váš | мне | мой | ваш | наш | нам | tôi | chúng
""")
)

# A line a phone or a mail program adds below the text; regular expressions.
DEVICE = "|".join(
    _parted(r"""
    sent (?:from|via|by|with|using) .+ | (?:sent )?from my \S.* | \S+ from mobile | get .{0,3}outlook for .+
    gesendet (?:von|mit|aus) .+ | von mein\w* .+ gesendet | diese nachricht wurde von .+ gesendet
    holen sie sich outlook .+ | outlook für .+ (?:beziehen|herunterladen|laden)\W*.*
    envoyé (?:de|depuis|à partir|avec|par|via) .+ | télécharge[rz] outlook .+ | obtenir outlook .+
    enviado (?:desde|do|da|de|a partir|com|con|via) .+ | obtén outlook .+ | obtener outlook .+
    obter o? ?outlook .+ | inviato d\S+ .+ | scarica outlook .+ | ottieni outlook .+
    ver(?:zonden|stuurd) (?:vanaf|met|vanuit|via) .+ | outlook voor .+
    wysłan[eoay] (?:z|za pomocą|przez|ze) .+ | pobierz outlook .+ | skickat från .+ | skaffa outlook .+
    sendt (?:fra|via|med|med) .+ | hent outlook .+ | få outlook .+ | skaff deg outlook .+ | lähetetty .+
    hanki outlook .+ | saadetud minu .+ | odesláno z[e]? .+ | odoslané z[o]? .+ | získat outlook .+
    stáhnout outlook .+ | отправлено (?:с|со|из|через) .+ | надіслано (?:з|із|через) .+ | скачать outlook .+
    загрузить outlook .+ | (?:được|đã) gửi từ .+ | gửi từ .+ | tải outlook .+
    (?:تم الإرسال|أُرسلت|أرسلت|مرسلة?|تم إرسال\S*) من .+ | احصل على outlook .+ | (?:no)?sūtīts no .+
    nosūtīts no .+ | iegūt outlook .+ | iegūstiet outlook .+ | išsiųsta iš .+ | .{0,20}から送信 | 发自.+
    發自.+ | 寄自.+ | 從我的.+傳送 | 从我的.+发送 | 获取 ?outlook.* | 下载 ?outlook.* | 取得 ?outlook.*
    outlook .+ を入手.* | (?:나의|내) .+에서 보냄 | .+에서 보냄 | .{0,12}용 outlook .+
    .{1,25}(?:umdan|ümden|dan|den) gönderildi | .{0,12}için outlook.{0,12}edinin.* | elküldve .+
    trimis de pe .+ | στάλθηκε από .+ | נשלח מ.+ | ส่งจาก .+ | dikirim dari .+
""")
)
# What such a line names. Without one of these it may be a sentence of the customer's.
PRODUCT = "|".join(
    _parted(r"""
    iphone | ipad | ipod | ios\b | mac\b | android | galaxy | samsung | huawei | xiaomi | redmi | pixel
    nokia | blackberry | htc\b | sony | motorola | oneplus | oppo | outlook | mail | mailbox | airmail | yahoo
    gmail | gmx | web\.de | proton | tutanota | thunderbird | windows | k-9 | spark | phone | fone | mobil
    cell\b | tablet | handy | smart | telefon | teléfono | téléphone | telefoon | puhelim | telefón | телефон
    mobiel | móvil | điện thoại | di động | هاتف | الهاتف | جوال | tālru | 手机 | 手機 | 携帯 | 스마트폰
    휴대 | aka\.ms
""")
)
