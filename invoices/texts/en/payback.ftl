# Words of the payback report, in English.

payback-title = Payback as of { $date }
payback-subtitle = Management figures, not accounts · scenario “{ $scenario }” · { $years } years
payback-currency = Amounts in euros excl. VAT; management figures, not accounts
payback-total = Total

payback-headline-none = The scenario “{ $scenario }” does not break even before { $month }.
payback-headline = Break-even in { $month } under the scenario “{ $scenario }”, for a target of { $target } ({ $late }).
payback-late-on-time = on target
payback-late-before = { $months ->
    [one] { $months } month before the target
   *[other] { $months } months before the target
}
payback-late-after = { $months ->
    [one] { $months } month after the target
   *[other] { $months } months after the target
}
payback-range = Across the scenarios, break-even lies between { $first } and { $last }.
payback-range-one = All scenarios break even in { $month }.
payback-range-open = Across the scenarios, break-even is in { $first } at the earliest; at least one scenario does not reach it before { $last }.

payback-invested-through = Invested through { $month }
payback-tile-net = Cumulative net gain
payback-tile-cumulative = Still to cover
payback-tile-surplus = Surplus
payback-tile-revenue = Tenant revenue
payback-tile-avoided = Hosting avoided
payback-tile-heat = Heat sold
payback-tile-running = Running costs
payback-done = The net gain covers { $percent } of the investment, actual through { $month }.
payback-done-nothing = No month is actual yet: all that follows is a projection.

payback-chart = Cumulative position: net gains less investment ({ $unit })
payback-chart-near = Up to break-even
payback-chart-far = Over { $years } years, components renewed at the end of their lives
payback-chart-alt = Curve from { $first } to { $last }. The cumulative position is { $start } at the start, { $now } in { $through }, the last actual month, and { $end } at the end under the scenario “{ $scenario }”; at the end the scenarios range from { $low } to { $high }. Target: { $target }. { $breakeven } The values are in the tables that follow.
payback-legend-actual = actual
payback-legend-projected = projected
payback-legend-band = range of the scenarios
payback-mark-target = target { $month }
payback-mark-break-even = break-even { $month }
payback-mark-now = actual through { $month }
payback-line-zero = investment covered

payback-scenarios = Scenarios
payback-scenario = Scenario
payback-break-even = Break-even
payback-break-even-discounted = Discounted break-even
payback-vs-target = Against target
payback-at-target = Position at target
payback-not-before = not before { $month }
payback-months-late = { $count ->
    [one] { $months } month
   *[other] { $months } months
}
payback-npv-note = NPV: net present value at the scenario’s rate, in the month of the first commissioning ({ $start }). IRR: internal rate of return a year; “–” where there is none between −38.7% and 213.8%. They count the months from that of commissioning: { $spans }. The position at the target counts the months to the end of { $target }, and so may the table by month.
payback-span = { $years } years to the end of { $month }
payback-npv = NPV { $years } years
payback-irr = IRR { $years } years
payback-cumulative-years = Total { $years } years
payback-rate = Rate
payback-assumptions = Assumptions by scenario
payback-assumption = Assumption
payback-unit-percent-a-year = % a year
payback-unit-percent = %
payback-unit-u-a-year = U a year

payback-years = By year
payback-months = By month
payback-year = Year
payback-month = Month
payback-state = State
payback-state-actual = actual
payback-state-projected = projected
payback-state-mixed = { $months } months actual
payback-revenue = Revenue
payback-avoided = Hosting avoided
payback-heat = Heat
payback-running = Running costs
payback-energy = Energy
payback-maintenance = Maintenance
payback-staff = Staff
payback-other = Other costs
payback-investment = Invested
payback-outlay = Invested and renewed
payback-renewal = Renewed
payback-net = Net gain
payback-movement = Movement
payback-cumulative = Cumulative
payback-discounted = Discounted
payback-low = Low
payback-high = High
payback-source = Source
payback-source-actual = invoices and management figures
payback-source-projected = scenario { $scenario }

payback-tenants = Actual revenue by tenant and service
payback-tenant = Tenant
payback-service = Service
payback-invoiced = Invoiced here
payback-earlier = Invoiced before
payback-documents = Documents
payback-period = Period
payback-internal = (internal, not counted)
payback-internal-tenants = Internal services, not counted
payback-total-counted = Total counted
payback-total-internal = Internal total, not counted
payback-service-space = space
payback-service-power = power
payback-service-storage = storage
payback-service-other = other services

payback-units = Full cost, and costs and prices per unit and month
payback-units-note = Over the last { $months } actual months: planned depreciation and running costs, shared by the key space { $space }, power { $power }, storage { $storage }; the energy bill falls to power. kW: energy billed, divided by the hours.
payback-unit = Unit
payback-full-cost = Full cost
payback-full-cost-months = Full cost of { $months } months
payback-let = Let, on average
payback-capacity = Capacity
payback-cost-let = Cost per unit let, a month
payback-cost-capacity = Cost per unit available, a month
payback-price = Price paid, a month
payback-market-price = Market price, a month
payback-discount = Advantage
payback-unit-rack-unit = U
payback-unit-kilowatt = kW
payback-unit-terabyte = TB
payback-market-note = Market reference: { $source }, { $date }.
payback-market-none = The facility book has no market reference.

payback-lettings = Contracts in force, basis of the projection
payback-contract = Contract and line
payback-until = Until
payback-open = open-ended
payback-quantity = Quantity
payback-month-price = Price a month
payback-agreed = agreed
payback-mean = mean of { $months } months
payback-occupancy = Rack units let: { $let } of { $available } ({ $percent }).

payback-means = Mean month of the management figures, basis of the projection
payback-figure = Figure
payback-mean-month = Mean month
payback-mean-of = mean of { $months } months

payback-outlays = Investment and renewals
payback-component = Component
payback-commissioned = In service
payback-cost = Cost
payback-life = Technical life
payback-life-years = { $years } years
payback-life-none = not renewed
payback-next = Renewals

payback-sources = Where each figure comes from
payback-what = Figure
payback-from = Origin
payback-amount = Amount
payback-from-invoices = { $documents } invoices and credit notes, { $first } to { $last }, { $from } to { $to }
payback-from-invoice = 1 invoice or credit note, { $first }, { $from }
payback-from-figures = { $count } figures recorded, { $from } to { $to }; source: { $stated }
payback-from-figure = 1 figure recorded, { $from }; source: { $stated }
payback-from-figures-corrected = { $count } figures recorded, corrected: { $corrected }, { $from } to { $to }; source: { $stated }
payback-from-figure-corrected = 1 figure recorded, then corrected, { $from }; source: { $stated }
payback-from-asset = facility book, asset in service in { $month }
payback-from-scenario = facility book, scenarios of the payback
payback-asset = Asset { $name }
payback-scenario-named = Scenario “{ $name }”

payback-kind-earlier-revenue = Revenue invoiced before
payback-kind-hosting-avoided = Hosting avoided
payback-kind-heat-sold = Heat sold
payback-kind-energy = Energy
payback-kind-maintenance = Maintenance
payback-kind-staff = Staff
payback-kind-other = Other costs

payback-key-discount_rate_percent = Discount rate
payback-key-renewal_percent = Part of contracts renewed when they end
payback-key-indexation_percent = Rise of prices, energy apart
payback-key-energy_price_percent = Rise of energy prices, bought and sold
payback-key-running_cost_percent = Rise of other running costs
payback-key-hosting_avoided_percent = Rise of the cost of hosting avoided
payback-key-heat_percent = Rise of the yield of heat
payback-key-occupancy_growth_u = Rack units let more
payback-key-occupancy_limit_percent = Highest occupancy
payback-key-energy_follows_occupancy_percent = Part of energy that follows occupancy
payback-key-component_cost_percent = Rise of the cost of components

payback-remark-nothing-actual = Neither revenue nor costs are known: record or import the management figures.
payback-remark-without-costs = No running cost recorded for { $months }. The gain of these months is overstated.
payback-remark-without-revenue = No revenue known for { $months }.
payback-remark-incomplete = Not everything is known yet for { $months }: these months are projected.
payback-remark-awaited = Figures still awaited for { $month }: { $kinds }. Record 0.00 where there is nothing any more.
payback-remark-internal = Internal services billed for transparency, not counted because hosting avoided stands for them: { $amount }.
payback-remark-before-start = Figures from before { $month }, the first commissioning, are not counted.
payback-remark-no-scenarios = The facility book has no [payback]: everything is projected without change.
payback-remark-never-billed = Metered lines never billed, projected as nothing: { $lines }.
payback-remark-and-more = { $months } and { $more } more
