# Payments, what is left to pay, reminders.

invoices-open = To be paid
invoices-paid = Paid
invoices-credited = Credit notes and cancelled
invoice-open = Left to pay (€)
state-open = to be paid
state-partly = partly paid
state-paid = paid
state-credited = cancelled
state-overpaid = to be refunded
