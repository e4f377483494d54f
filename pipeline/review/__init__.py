"""The review page: watch, check, correct and search in a browser on this machine; a second face beside `cli`.

    gate        who may ask: host, origin, cookie, size of what is sent, and the headers of every answer
    library     the recordings of a project by id, and the files of theirs that may be served
    sitting     one recording as it stands under review: looked at, decided about, checked against its journal
    sheet       what the page shows of a recording, as plain values
    doubts      what needs a person, with its evidence
    acts        what a person does on the page, as decisions
    undo        decisions taken back and put back, a whole act at a time
    asked       what a browser sends, checked when it is taken
    searching   the search page's answers
    auditing    the audit in a process of its own
    mending     caption files that were mended elsewhere: what one would change, and its adoption
    downloads   what is taken along as files: captions, document, report
    copying     copies that a browser plays of recordings that it does not
    standing    how the recordings of the folder stand
    remake      the outputs made anew in a process of their own
    app         the addresses, and what each answers
    server      the server itself, and how the browser is opened
    page/       what the browser gets: documents, modules and style, as they are

Of the project's files nothing but the journal is ever written here; the outputs are made by a run, as from the command line.
"""
