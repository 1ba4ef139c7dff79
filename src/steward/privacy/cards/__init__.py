"""What each part of Steward has to say to somebody who wants to know how an account's data fare.

Card
    one matter on the overview: how it stands, one sentence, some figures, and the page that says more.
Chapter
    the same matter in the report for a data protection officer, with the articles of the law it is about.

A package that has something to say has a module `privacy_card`; the console finds and arranges what they offer.
"""
