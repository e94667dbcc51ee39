# Mails to tenants.

notice-subject-invoice = Invoice { $number }: { $month }, { $gross } incl. VAT
notice-subject-credit-note = Credit note { $number }: { $month }, { $gross } incl. VAT
notice-subject-corrected = Corrected invoice { $number }: { $month }, { $gross } incl. VAT
notice-subject-reminder = Reminder: invoice { $number }, { $open } payable since { $due }
notice-subject-reminder-interest = Reminder: interest on invoice { $number }, { $open } payable since { $due }
notice-greeting = Hello,
notice-lead-invoice = Invoice { $number } { $of_month } is available.
notice-lead-credit-note = Credit note { $number } { $of_month } is available.
notice-lead-corrected = Corrected invoice { $number } { $of_month } is available.
notice-lead-reminder = Unless we are mistaken, { $open } remain to be paid on invoice { $number } { $of_month }, due { $due }.
notice-lead-reminder-interest = Invoice { $number } { $of_month } was paid after its due date. Unless we are mistaken, { $open } of late interest and indemnity claimed for it remain to be paid since { $due }.
notice-attached = The document is attached to this message as Factur-X: a PDF anyone can read that carries the same data for your software.
notice-link = See the document and the readings behind it:
notice-closing = This message was sent automatically; if you have a question, simply reply to it.
notice-closing-reminder = If your payment has crossed this message, please disregard it. If you have a question, simply reply.
notice-cost = Late interest accrues by law at { $rate } from the day after the due date: { $interest } to this day, and { $indemnity } of recovery indemnity. They will be claimed apart, once the invoice is paid.
notice-claim = Interest claimed for payment { $payment }: { $amount } paid on { $day }, { $amount } × { $days } days ÷ 365 × { $rate } = { $interest }.
notice-claim-indemnity = Interest claimed for payment { $payment }: { $amount } paid on { $day }, { $amount } × { $days } days ÷ 365 × { $rate } = { $interest }, plus { $indemnity } of indemnity (code de commerce, D441-5): { $total }.
notice-facts = The document in brief
notice-buyer = Tenant
notice-contract = Contract
notice-period = Period
notice-corrects = Corrects invoice
notice-corrected-document = { $number } of { $date }
notice-net = Total excl. VAT
notice-tax = VAT
notice-gross = Total incl. VAT
notice-due = Payable by
notice-due-interest = Interest payable by
notice-reference = Payment reference
notice-issued = Issued on
notice-days-late = Days late
notice-open = Left to pay
notice-claimed = Of which interest and indemnities claimed
notice-holder = Account holder
notice-iban = IBAN
notice-bic = BIC

root-subject = Audit trail: signed root of { $day }
root-lead = The signed root of the data centre’s audit trail on { $day }. It covers the first { $size } events.
root-keep = Keep this message out of the operator’s reach: with this line, a trail that is cut short or rewritten later is found out. Save the line to a file and give it to the verifier: verify.py --root file.
root-key = Public key (ed25519): { $key }

invitation-subject = Your access to the data centre’s management
invitation-lead = You are invited to use Chapelle, which manages { $facility }.
invitation-follow = To choose your name and your password, open this link:
invitation-ignore = If you did not expect this invitation, ignore this message: nothing happens without you.
password-reset-subject = New password
password-reset-lead = A new password was asked for your access to Chapelle, which manages { $facility }.
password-reset-follow = To choose it, open this link. Your sessions and your access tokens, long-lived ones too, end with the old one:
password-reset-ignore = If you did not ask for anything, ignore this message: your password stays the same.
link-until = The link works once, until { $until }.
test-subject = Test message from Chapelle
test-lead = This test message shows that Chapelle’s mails arrive.
