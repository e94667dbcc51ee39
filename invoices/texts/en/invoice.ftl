# Words of the invoice, in English.

title-invoice = Invoice { $number }
title-credit-note = Credit note { $number }
title-corrected = Corrected invoice { $number }
draft-mark = DRAFT – not an invoice
draft-note = Without a number. Dates are those of an invoice issued on { $date }.
draft-reference = given when it is issued
subtitle = Data centre hosting · { $month } · Supply of services
corrected-document = { $number } of { $date }
corrects = Corrects invoice { $documents }.
page = Page { $page } / { $pages }

seller-registration = SIRET { $siret } · VAT { $vat }
seller-registration-outside = SIRET { $siret }
reference-contract = Contract
reference-market = Market
reference-engagement = Order number
reference-service-code = Service code
reference-facility = Site
reference-buyer-siret = Your SIRET
reference-buyer-vat = Your VAT number

fact-issued = Issue date
fact-period = Period
fact-due = Due date

lines-heading = Services supplied
column-number = No.
column-designation = Description
column-quantity = Quantity
column-unit = Unit
column-unit-price = Unit price excl. VAT (€)
column-vat = VAT
column-net = Amount excl. VAT (€)
subtotal = Subtotal, { $service }
group-continued = { $service } (continued)
line-revised = Revised price: { $formula }
estimated = usage estimated

service-space = Space
service-power = Power
service-storage = Storage
service-other = Other services

kind-prorated = { $units }/{ $of } days of the month
kind-tier = Tier from { $from } to { $to } { $unit }
kind-tier-last = Tier above { $from } { $unit }
kind-volume = Volume price, band from { $from } to { $to } { $unit }
kind-volume-last = Volume price, band above { $from } { $unit }
kind-committed = Commitment
kind-overage = Overage above the commitment
kind-minimum = Top-up to the minimum of { $amount }
kind-cap = Capped at { $amount }
kind-one-off = One-off service
kind-part = part of line { $line } of the invoice
kind-regularisation = Adjustment for { $month } (invoice { $invoice })
kind-service-credit = Availability of { $month }: { $availability } of { $committed } promised, { $credit } allowed

vat-rate = VAT
vat-base = Taxable (€)
vat-amount = VAT amount (€)
vat-exempt = Exempt
vat-out-of-scope = Outside scope
total-net = Total excl. VAT
total-tax = Total VAT
total-gross = Total incl. VAT
total-payable = Amount due
total-credited = Amount credited

payment-heading = Payment by bank transfer
payment-due = Payable by { $date } at the latest, statutory term of { $days } days.
payment-due-internal = Payable by { $date } at the latest.
payment-holder = Account holder
payment-iban = IBAN
payment-bic = BIC
payment-reference = Reference to quote
nothing-due = Nothing is to be paid.
credit-use = The amount of this credit note is deducted from the invoice it corrects; where that invoice is already paid, it is refunded.

mentions-heading = Legal notices
operation-category = Category of operation: supply of services.
late-payment-internal = Late payment: not applicable, as seller and buyer are one legal person.
vat-on-debits = VAT is due on debits, at the supplier’s option.

annex-heading = Annex — Readings and calculations
annex-heading-calculations = Annex — Calculations
annex-intro = Each measured quantity is evidenced here by the indexes of its meters. Times are local ({ $zone }), with their offset from universal time.
annex-line = Line { $numbers } — { $name }
annex-lines = Lines { $numbers } — { $name }
annex-measured = { $measure }, { $period }: { $quantity }
annex-window-demand = Billed peak: { $quantity }, mean of all meters from { $from } to { $to }
annex-window-percentile = 95th percentile: { $quantity }, mean of all meters from { $from } to { $to }
annex-formula = Line { $number } · tariff { $tariff } of { $from }: { $formula }
annex-worked-out = How the other lines were worked out

measure-energy = Energy measured
measure-demand = Demand, highest mean over { $minutes } minutes
measure-percentile = 95th percentile of means over { $minutes } minutes
measure-storage = Mean volume stored
measure-occupancy = Units occupied, summed over days

meter-code = Meter
meter-place = Place
meter-first-index = First index
meter-first-value = First reading
meter-last-index = Last index
meter-last-value = Last reading
meter-readings = Readings
meter-quantity = Quantity
place-rack = rack { $rack }
place-feed = feed { $feed }
index-interpolated = interpolated
index-held = value in force
span = { $from } to { $to }
restart-rollover = register passed its maximum
restart-reset = declared reset
remark-estimated = Usage estimated: readings are missing, see below.
remark-estimated-boundary = Usage estimated: as an end of the period was not read, the nearest known value is used.
remark-gap = { $meter }: no reading from { $from } to { $to }.
remark-restart = { $meter }: { $kind } at { $at }.

daily-caption = Daily usage ({ $unit })
daily-caption-peak = Daily peak demand ({ $unit })
daily-caption-power = Mean power of the day ({ $unit })
daily-caption-storage = Volume stored, mean of the day ({ $unit })
daily-caption-units = Units occupied by day ({ $unit })
daily-day = Day
daily-total = Total of the day
daily-sum = Total
feed-a = Feed A
feed-b = Feed B
chart-alt = Bar chart of daily usage from { $first } to { $last }. Lowest day: { $lowest } on { $lowestday }; highest day: { $highest } on { $highestday }; mean: { $mean } per day. The values are in the table that follows.
chart-alt-peak = Bar chart of the daily peak demand from { $first } to { $last }. Lowest day: { $lowest } on { $lowestday }; highest day: { $highest } on { $highestday }; mean of the days: { $mean }. The values are in the table that follows.
chart-alt-power = Bar chart of the mean power of each day from { $first } to { $last }. Lowest day: { $lowest } on { $lowestday }; highest day: { $highest } on { $highestday }; mean of the days: { $mean }. The values are in the table that follows.
chart-alt-storage = Bar chart of the volume stored, as the mean of each day, from { $first } to { $last }. Lowest day: { $lowest } on { $lowestday }; highest day: { $highest } on { $highestday }; mean of the days: { $mean }. The values are in the table that follows.
chart-alt-units = Bar chart of the units occupied each day from { $first } to { $last }. Lowest day: { $lowest } on { $lowestday }; highest day: { $highest } on { $highestday }; mean of the days: { $mean }. The values are in the table that follows.
