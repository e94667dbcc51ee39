# Words of the amortisation report, in English.

amortisation-title = Depreciation schedule as of { $date }
amortisation-subtitle = Assets: { $assets } · Components: { $components } · Charges, postings and net book value
amortisation-currency = Amounts in euros
amortisation-empty = The inventory holds no fixed asset.
amortisation-total = Total

amortisation-tile-cost = Cost
amortisation-tile-depreciated = Depreciated to date
amortisation-tile-net = Net book value
amortisation-tile-posted = Charges posted
amortisation-tile-due = Charges due, not posted
amortisation-tile-to-come = Charges to come
amortisation-tile-subsidy = Subsidies received
amortisation-tile-income = Subsidies taken to income to date
amortisation-tile-remaining = Subsidies remaining
amortisation-due-means = A month’s charge is due on the last day of that month; figures as of the end of { $date }.
amortisation-not-in-service = Not in service yet, so not in the net book value: { $amount }.
amortisation-residual-value = Residual value, which is not depreciated: { $amount }.
amortisation-impaired = Impairment, beside depreciation: { $amount }; net book value = gross value − cumulative − impairment.
amortisation-exits-mean = Depreciation written out with what has left, and so in no cumulative figure: { $amount }; from one year to the next, cumulative + charge − written out = the next cumulative.
amortisation-difference-means = Difference from plan over the months already posted: { $amount } (posted minus planned).
amortisation-unknown-see = The journal holds charges that no component of the inventory explains: see the end of this document.

amortisation-chart-charge = Charge of the year ({ $unit })
amortisation-chart-net = Net book value at the end of the year ({ $unit })
amortisation-chart-alt = Two charts, from { $first } to { $last }. Above, each year’s charge as bars, the highest in { $highestyear }: { $highest }. In all, { $posted } posted (full bars), { $due } due (striped bars), { $tocome } to come (hollow bars). Below, the net book value at the end of each year, from { $firstvalue } in { $first } to { $lastvalue } in { $last }. The values are in the table that follows.

amortisation-years = By year
amortisation-asset-years = All components, by year
amortisation-months = By month
amortisation-gross-value = Gross value
amortisation-charge = Charge
amortisation-exits = Written out
amortisation-impairment = Impairment
amortisation-cumulative = Cumulative depreciation
amortisation-net-book-value = Net book value
amortisation-posted = Posted
amortisation-due = Due
amortisation-to-come = To come
amortisation-difference = Difference from plan
amortisation-subsidy-years = Subsidy taken to income, by year
amortisation-subsidy-received = Subsidy received
amortisation-income = Subsidy income
amortisation-income-exits = Written out
amortisation-income-cumulative = Cumulative income
amortisation-subsidy-remaining = Subsidy remaining

amortisation-inventory-number = Inventory number
amortisation-missing = not given
amortisation-cost = Cost
amortisation-base = Depreciable base
amortisation-terms = Account { $account } · in service on { $date } · duration in years: { $years } · { $method }
amortisation-unknown-means = Posted for a component the inventory does not know; in no other figure of this document.

amortisation-cost-to-date = Under construction, cost to date
amortisation-under-construction = under construction
amortisation-document = Document
amortisation-invoice = Supplier invoice
amortisation-subsidy = Subsidy
amortisation-loan = Loan (noted only)
amortisation-events = Events
amortisation-event-on = Effective
amortisation-event-known = Known
amortisation-event = Event
amortisation-event-reason = Reason
amortisation-event-amount = Amount
amortisation-event-exit = Book value { $value }; gain or loss { $result }
amortisation-paid = { $name }, { $date }: { $amount }
