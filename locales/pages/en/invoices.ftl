# Invoices: the list.

invoices-states = State of the invoices
invoices-all-states = All
invoices-drafts = Drafts
invoices-issued = Issued
invoices-overdue-of-open = of which past due
invoices-search = Search (number, tenant, contract, engagement)
invoices-clear = Show all invoices
invoices-none = No invoice yet. A billing run prepares those of a month.
invoices-none-next = Open the billing runs
invoices-none-yet = No invoice yet.
invoices-tick = Selection
invoices-tick-all = Select all invoices of the page
invoices-tick-one = Select { $number }
invoices-zip = Download the selection (ZIP)
invoices-zip-all = Download the whole list (ZIP)
invoices-columns = Choose columns
invoices-file = invoices
invoice-kind = Kind
kind-invoice = invoice
state-issued = issued
state-overdue = past due
invoice-issued-credit = Issued on
