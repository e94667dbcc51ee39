# Payments, what is left to pay, reminders.

invoices-open = À payer
invoices-paid = Payées
invoices-credited = Avoirs et annulées
invoice-open = Reste dû (€)
state-open = à payer
state-partly = payée en partie
state-paid = payée
state-credited = annulée
state-overpaid = à rembourser
