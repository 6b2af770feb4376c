# General
demo-label = [demo data 演示数据]
dated = {" "}({ $day })
dated-estimated = {" "}({ $day }, estimate)
list-comma = {", "}
label-gap = {" "}
rank = , no. { $rank } of { $size } on its index
rank-first = , first of { $size } on its index
open-start = {" "}(as far back as data goes)
gaps = {" "}({ $days } unpublished in between, not counted)
split = {" "}(adjusted for a { $ratio } split)
basis-close = closes
basis-index = its index
basis-nav = NAV

# Alerts
alerts-title = ETF signals { $at }
corrections-title = Correction { $at }
market-margin = Margin trading, SSE + SZSE
reason-new = { $said }
reason-stronger = { $said }
reason-reminder = ongoing: { $said }
reason-corrected = corrected: { $said }
reason-ended = { $said }
reading = { $title }: { $said }
withdrawn = correction: “{ $title }” does not hold; the latest data say { $said }
ended = “{ $title }” is over, now { $said }

evidence-streak = streak
evidence-flow = net inflow
evidence-total = total
evidence-gain = move before
evidence-change = change
evidence-premium = premium
evidence-percentile = percentile of its own past
evidence-turnover = turnover
evidence-amount = traded value
evidence-shares = shares
evidence-growth = share growth
evidence-aum = AUM
evidence-balance = financing balance
evidence-move = price move
evidence-share = share of AUM before
evidence-price = price
evidence-weight = weight
evidence-share-of-weight = share of the weight
evidence-weighted-move = mean move of constituents
evidence-first = heaviest of them
evidence-value = value
evidence-times = multiple of its mean
evidence-close = close
evidence-above = against the former high
evidence-lead = value
evidence-overtaken = former leader
evidence-line = milestone

inflow = net inflow { $flow }
outflow = net outflow { $flow }

# Fund cards
fund-not-traded = did not trade
fund-trading = { $amount } traded, turnover { $turnover }{ $rank }
fund-trading-amount = { $amount } traded
fund-premium = closing premium { $premium } over IOPV{ $rank }
fund-premium-nav = premium { $premium } over NAV
fund-premium-nav-of = premium { $premium } over the NAV of { $day }
fund-flow = { $flow }{ $rank }
fund-flow-long = { $flow }{ $rank }; { $total } over { $days } sessions
fund-flow-total = { $total } over { $days } sessions
fund-flow-unknown = net inflow: share count of { $day } not published or under review
fund-flow-unsettled = net inflow: { $day } under review (the count before it, the NAV or a split is not settled)
fund-flow-never = net inflow: no share counts
fund-aum = AUM { $aum }{ $rank }
fund-aum-month = AUM { $aum }{ $rank }; { $change } since the last month-end
fund-aum-change = AUM { $change } since the last month-end
fund-growth = share growth year to date { $growth }{ $rank }
fund-no-year-base = share growth year to date: no base, listed this year
fund-index = tracks { $index }
fund-streak-up = { $days } rising closes in a row
fund-streak-down = { $days } falling closes in a row
fund-since-shares = {""}, over the shares of { $day }
hood = constituents: { $movers }
hood-join = {"; "}
hood-limit-up = { $stock } limit-up
hood-limit-down = { $stock } limit-down
hood-up = { $stock } up more than { $percent }
hood-down = { $stock } down more than { $percent }
hood-breadth = { $up } up and { $down } down
hood-weights = {""}, weights of { $day }
hood-theme = { $theme } is { $share } of its index, the most of the { $size } indices whose weights are known
fund-brief-flow = , { $flow }

# Digest
digest-title = ETF flows { $day } ({ $weekday })
digest-morning-title = ETF flows, morning of { $day } ({ $weekday })
digest-asof = as known at { $at }, Shanghai time
digest-market = Market
digest-mine = My funds
digest-mine-quiet = My other funds
digest-mine-more = { $count } more of your funds are not listed; ask with “/etf CODE”
digest-mine-none = You do not watch any fund yet; send “/watch 560850” to add one
digest-mine-unknown = no data: { $codes }
digest-notable = Notable in the whole market
digest-missing = Not published yet
digest-disclaimer = Risk notice: these are statistics of public data for reference only and no investment advice. Past performance does not predict the future; investing carries risk.
indices-fall = all three main indices fell
indices-rise = all three main indices rose
class-broad = Broad-market ETFs
class-sector = Sector and theme ETFs
class-cross-border = Cross-border ETFs
class-bond = Bond ETFs
class-commodity = Commodity ETFs
class-money = Money-market ETFs
group-flow = { $group }: { $flow }
group-flow-streak = { $group }: { $flow }, { $days } sessions in a row, { $total } in all
groups-in = most money into equity funds on { $some }
groups-out = most money out of equity funds on { $some }
group-amount = { $group } ({ $amount })
group-funds = { $group } { $funds } of { $of }
groups-counted = Funds in these totals: { $some }
groups-none = Totals by class follow once both exchanges have published their share counts
margin-line = financing balance { $balance }, { $change } on the session before
margin-balance = financing balance { $balance }
margin-total = margin balance (financing + short) { $total }
margin-streak-up = financing balance up { $days } sessions in a row: { $steps }, { $total } in all
margin-streak-down = financing balance down { $days } sessions in a row: { $steps }, { $total } in all
margin-scope = Margin figures are SSE + SZSE, without BSE
margin-none = no margin figures of both exchanges yet
exchange-SSE = SSE
exchange-SZSE = SZSE
exchange-join = {", "}
weekday-0 = Mon
weekday-1 = Tue
weekday-2 = Wed
weekday-3 = Thu
weekday-4 = Fri
weekday-5 = Sat
weekday-6 = Sun
index-000001 = SSE Composite
index-399001 = SZSE Component
index-399006 = ChiNext
index-000300 = CSI 300
index-000905 = CSI 500
index-000852 = CSI 1000
index-000688 = STAR 50
index-000985 = CSI All Share

# Dialogue
too-long = That is too long; please stay under { $limit } characters.
defect = Sorry, something went wrong here; it has been noted. Try other words, or send “help”.
demo-notice = This is demo data (演示数据), made by a program; it is no real market.
start-title = ETF flow signals
start-what =
    I watch share counts, NAVs and premiums of the ETFs in Shanghai and Shenzhen and margin trading, and speak when it is worth it:
    inflow streaks, the first pullback after a rally, premium spikes, money that buys the fall, margin streaks …
    Every figure carries its date; estimates say so.
start-how = Press “Subscribe” to begin, or send a fund's code, such as 560850.
start-back = Welcome back, your settings are as they were.
subscribe-done = You are subscribed
subscribe-again = Welcome back, your settings are restored
subscribe-already = You are subscribed already.
subscribe-what =
    The digest comes at { $minute } on every trading day, the morning note once margin figures are out.
    Lists you follow: { $lists }
    Send “watch 560850” to add funds of your own.
unsubscribe-done = Stopped. Your settings are kept; come back any time.
intraday-is-on = Intraday alerts are on
intraday-is-off = Intraday alerts are off
intraday-what = While the exchanges trade you are told of big moves and high premiums of the funds you follow; each kind once a day for a fund, and again only when it grows. Quotes come from public pages and may be late.
button-on = Turn on
button-off = Turn off
switch-unknown = I do not understand “{ $word }”; say on or off.

unsubscribe-none = You are not subscribed.
watch-what = Which fund? For example: watch 560850
watch-done = Watching
watch-subscribed = You are subscribed to alerts and digests now; send “unsubscribe” to stop at any time.
watch-too-many = At most { $limit } funds can be watched.
unwatch-what = Which fund? For example: unwatch 560850
unwatch-done = No longer watching { $codes }
unwatch-not-watched = Not watched: { $codes }
list-title = What I watch
list-none = You are not subscribed; send “subscribe” to begin.
list-watched = My own ({ $count })
list-of = List “{ $name }” ({ $count })
list-paused = Messages are stopped; send “subscribe” to resume.
etf-what = Which fund? For example: etf 560850
fund-unknown = There is no fund “{ $word }”. Send a 6-digit code or a part of its name, or “help”.
fund-many = “{ $word }” may be: { $some }. Please send the code.
fund-very-many = “{ $word }” fits { $count } funds, such as { $some }. Please send the code.
margin-title = Market and margin trading
rank-title = Equity ETFs by { $what }
rank-by-premium = premium
rank-by-turnover = turnover
rank-by-flow = net inflow
rank-by-share-growth = share growth
rank-by-aum = AUM
rank-fund = fund
rank-code = code
rank-what = There is no ranking by “{ $word }”; choose from { $known }
rank-none = There is nothing to rank yet.
signals-title = Signals
signals-hint = Send “signals NAME” for its meaning, formula and thresholds, such as: signals first_pullback
signals-unknown = There is no signal “{ $word }”; send “signals” for all.
signals-settings = thresholds and settings
theme-title = Themes
theme-hint = Send “theme NAME” to see how much of it each index holds, for example: theme DeepSeek
theme-unknown = There is no theme “{ $word }”; there are: { $some }
theme-alike = There is no theme “{ $word }”; did you mean { $some }?
theme-no-weights = No weights of any index are known yet, so the exposure to { $theme } cannot be told.
theme-nowhere = No index whose weights are known holds a stock of the theme { $theme }.
theme-rank = Exposure to { $theme }
theme-index = index
theme-share = share
theme-fund = largest fund
theme-stocks = { $index } holds { $some }
theme-scope = exposure = weight of the theme's { $count } stocks in an index; weights of { $known } indices are known, funds track { $tracked }
help-title = What you can say
help-unknown = There is no command “{ $word }”.
help-hint = You can also send a fund's code or name.
status-title = Data and service
status-empty = There is no data yet.
status-day = up to { $day } (known { $at })
status-queue = Messages: { $pending } waiting, { $sent } sent, { $dead } failed
admin-title = For the operator
admin-broken = source { $source } cannot be used now: { $reason }
admin-back = source { $source } is back
admin-calendar = only { $days } days of the trading calendar are left: add the sessions to come (setting calendar)
admin-calendar-extended = the trading calendar now goes on to { $last }, as the sessions to come have been published
status-served-title = Who served what
status-served = { $datum } ← { $source } ({ $at })
status-requests = { $count } requests today: { $hosts }
status-resting = { $host } is left alone until { $until }
status-failing = not to be had now: { $sources } (made up for as soon as it is back)
job-poll-close = last poll after the close: { $at }
job-poll-evening = last poll of the evening: { $at }
job-poll-morning = last poll of the morning: { $at }
status-calendar = Trading calendar to { $last }
status-version = Version { $version }
dataset-etf-daily = quotes
dataset-etf-spot = intraday prices
dataset-etf-shares = share counts
dataset-etf-nav = NAVs
dataset-etf-profile = profiles
dataset-splits = splits
dataset-dividends = dividends
dataset-index-daily = indices
dataset-margin = margin
dataset-margin-detail = margin by fund
dataset-index-constituents = index constituents
dataset-stock-daily = constituents' quotes
dataset-limit-pool = limit-ups and limit-downs
dataset-news = headlines
button-subscribe = Subscribe
button-digest = Digest
button-list = My funds
button-margin = Margin
button-help = Help
button-watch = Watch
button-unwatch = Unwatch

# Study
study-line = Such signals so far: { $count }; up { $days } sessions later in { $up }, base rate { $base }, difference { $low } to { $high } percentage points
study-line-market = Such signals so far: { $count }; { $index } up { $days } sessions later in { $up }, base rate { $base }, difference { $low } to { $high } percentage points
study-line-few = Such signals so far: { $count }, too few to tell
study-line-none = No such signal so far
study-since = {""} (since { $since })
study-title = Study: { $title }
study-list-title = Signals to study
study-list-hint = Send “study NAME” for what followed it in the past, such as: study inflow_streak
study-button = Study
signals-near = There is no signal “{ $word }”; did you mean { $near }?
study-nothing = There is not enough history yet.
study-impossible = What “{ $title }” is about has no prices, so it cannot be studied.
study-scope-funds = { $what } · { $first } to { $last } · { $count } times, { $subjects } funds
study-scope-market = { $index } · { $first } to { $last } · { $count } times
study-scope-indices = Indices · { $first } to { $last } · { $count } times, { $subjects } of them
study-scope-classes = Classes of funds · { $first } to { $last } · { $count } times, { $subjects } classes
study-class-equity = Equity ETFs
study-class-cross-border = Cross-border ETFs
study-class-bond = Bond ETFs
study-class-commodity = Commodity ETFs
study-class-money = Money-market ETFs
study-class-other = ETFs without a class
study-up-title = Share that rose
study-net-title = Excess return (less the mean of the class)
study-move-title = Return
study-reaching = { $days } sessions after { $what } came to each value from below ({ $where }, { $first } to { $last })
study-column-at = reaches
study-column-after = after
study-column-count = times
study-column-up = rose
study-column-base = base
study-column-between = difference (points)
study-column-mean = mean
study-column-median = median
study-column-range = difference
study-column-ahead = beat class
study-days = { $days }d
study-few = too few
study-note-entry = Counted from the close of the session after the signal, dividends included, splits removed; left out where a fund was suspended at either end, is gone, or the time is not over.
study-note-net = Excess: less the mean return of all funds of the class over the same sessions.
study-note-groups = A group of funds is measured by the mean move of its members.
study-note-base = Base: what followed all sessions on which the same subjects could be judged.
study-note-interval = Range: 95% by resampling whole sessions; times overlap, so the longer the horizon, the more the true uncertainty exceeds it.
study-note-funds = Only funds that are in the data: those wound up before it begins are missing, which may flatter the result (survivorship).
study-note-past = Past statistics say nothing certain about the future and are no investment advice.
study-chart-net = Mean excess return (less the class mean)
study-chart-move = Mean return
study-chart-up = Share that rose
study-chart-count = { $count } times
study-chart-base = base { $base }
study-chart-legend = Short line: base; bar: 95% range of the difference; solid colour: zero is outside
study-chart-past = Past statistics say nothing certain about the future
study-alt = Mean return and share of rises after { $title }, beside the base

# Chat page
page-title = ETF Flow Assistant
page-demo = Demo data
page-demo-hint = Prices and flows on this page are for demonstration and not real
page-online = Connected
page-offline = Not connected
page-lost = Connection lost, trying again…
page-log = Chat
page-empty = No messages yet. Pick a command, or type a fund code.
page-older = Earlier messages
page-today = Today
page-yesterday = Yesterday
page-me = Me
page-unfold = Show { $n } lines
page-fold = Hide
page-table = Table, scrolls sideways
page-unread = New messages: { $n }
page-latest = To the latest message
page-typing = Replying
page-commands = All commands
page-quick = Quick commands
page-input = Message
page-placeholder = Message, or / for commands
page-send = Send
page-unsent = Not sent: the service cannot be reached. Please try again later.
page-failed = Something went wrong and there is no reply. Please try again later.
page-not-ready = The service is starting. Please send again in a moment.
page-too-long = Too long: { $most } characters at most, yours has { $n }.
page-too-big = Too long: { $most } characters at most.
page-too-fast = Too fast. Please try again in { $n } s.
page-blank = Please type something first.
page-unreadable = This message cannot be read.
page-no-script = This page needs JavaScript.

# A subscriber's own rules
rules-title = Your rules { $at }
rules-section = Your rules
rules-head = Rule { $number }: { $said }
rules-colon = {": "}
rules-days = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
rules-others = others: { $count }
rules-others-only = funds that newly meet it: { $count } (the list of the day is full)
rules-expired = Rule { $number } ended on { $day } and is no longer told: { $said }
rules-button = My rules
rules-none = There is no rule yet. Write a condition to try it out, for example:
rules-list-title = My rules ({ $count }/{ $limit })
rules-hint = To change a condition: rule 1 = new condition. How it is told: rule 1 every, rule 1 cooldown 5, rule 1 cap 5, rule 1 until 2026-12-31.
rules-export = Send any of these lines again to try it out and save it:
rules-export-button = Export
rules-too-many = You have { $limit } rules, which is all there is room for; delete one first.
rule-state = {" "}({ $state })
rule-state-paused = paused
rule-state-expired = ended
rule-state-deleted = deleted
rule-edge = told when it begins to hold
rule-level = told each time it holds
rule-cooldown = { $count ->
    [one] then { $count } session of silence about that fund
   *[other] then { $count } sessions of silence about that fund
}
rule-cooldown-alike = { $count ->
    [one] then { $count } session of silence
   *[other] then { $count } sessions of silence
}
rule-cap = names { $count } a day at most
rule-until = until { $day }
rule-how-title = Rules of your own
rule-how = Write a condition in a line, see what it would have told in the past, then decide whether to save it.
rule-example = premium > 3% and inflow streak >= 3
rule-examples =
    premium > 3% and inflow streak >= 3
    flow_5 > 100m and change < -1% on Broad market
    close crosses above mean(close, 20)
    financing change > 10bn
rule-how-more = End it with “on 560850” or “on all” to choose the funds; without that it watches the ones you follow.
rule-help = Say “fields” for what a rule may speak of, “rule” for examples.
rule-trial-title = Rule on trial
rule-means = Condition: { $said }
rule-watches = Funds: { $whom }
rule-known = Figures: { $when }
rule-scope-own = the { $count } that you follow
rule-scope-nobody = you follow none yet; say “watch 560850” first, or end the condition with “on all”
rule-scope-alike = the same for all, told once
rule-scope-all = all
rule-scope-index = those on { $index }
rule-scope-of = { $some } ({ $count } in all)
rule-trial-intraday = Prices within a session are kept for the day only: it cannot be tried out on the past.
rule-trial-unknown = There are not enough figures of the past to try this rule out.
rule-trial-span = From { $first } to { $last }{" "}
rule-trial-never = it never held.
rule-trial-sessions = it held on { $holds } of { $decided } sessions ({ $share }); times it began: { $begins }.
rule-trial-pairs = it held in { $holds } of { $decided } cases ({ $share }), counted by fund and session; times it began: { $begins }.
rule-trial-days = It last began:
rule-trial-more = { $some } and others, { $count } in all
rule-trial-often = Most often: { $some }
rule-trial-fund = { $fund } (×{ $count })
rule-trial-brief = { $said }. Held { $share } of the time; times it began: { $begins }.
rule-today = On the newest session ({ $day }) it holds for { $count }:
rule-today-alike = On the newest session ({ $day }) it holds:
rule-today-none = It does not hold on the newest session ({ $day }).
rule-absurd = This rule is very wide: it held { $share } of the time, so it will tell a lot.
rule-absurd-sure = This rule held { $share } of the time and would tell something nearly every day. Save it all the same?
rule-will-tell = Once saved: { $how }.
rule-will-not-tell = What is listed above for the newest session is not told again.
rule-save = Save
rule-save-one = Save { $number }
rule-save-anyway = Save all the same
rule-replace = Replace the old condition
rule-leave = Keep the old condition
rule-cancel = Cancel
rule-cancelled = All right, nothing was saved.
rule-draft-gone = That trial was settled already or is too old; send the rule again.
rule-saved = Saved as rule { $number }: { $how }.
rule-no-such = There is no rule { $number }. Say “rules” for the list.
rule-unreadable = it cannot be read any more: { $why }
rule-level-button = Tell each time
rule-edge-button = Tell when it begins
rule-pause = Pause
rule-resume = Resume
rule-undo = Take back
rule-edit = Edit
rule-delete = Delete
rule-share = Share
rule-changed = Rule { $number } is changed
rule-paused = Rule { $number } is paused
rule-resumed = Rule { $number } is back
rule-deleted = Rule { $number } is deleted
rule-edit-how = Change this line and send it back to try rule { $number } out again:
rule-share-title = Share rule { $number }: whoever opens this can try it out and save it
rule-share-text = Or pass this line on:
rule-link-dead = This link leads to no rule any more.
rule-term-unknown = “{ $word }” is not understood. Say: every, once, cooldown 5, cap 10, until 2026-12-31, pause, resume, delete, share.
rule-term-count = After “{ $word }” write a whole number from { $least } to { $most }.
rule-term-day = After “{ $word }” write a date such as { $example }, or “never”.
rule-term-past = { $day } is over.
rule-word-level = every
rule-word-cooldown = cooldown { $count }
rule-word-cap = cap { $count }
rule-word-until = until { $day }
fields-title = What a rule may speak of
fields-group = { $of } · { $when }
fields-axis-fund = Funds
fields-axis-index = Indices
fields-axis-market = Market
fields-about = {" "}({ $unit }): { $meaning }
fields-hint = Written for example: flow over 20 sessions, highest(premium, 60), premium 3 sessions ago, rank(turnover) <= 3. Say “rule” for examples.
fields-unknown = Nothing is called “{ $word }”. Say “fields” for all.
fields-button = Fields
freshness-intraday = while the exchanges trade
freshness-close = out after the close
freshness-evening = out in the evening
freshness-morning = out before the next open

# Who may say what
not-for-you = This command is for the administrators of the bot only.
not-your-chat = Only administrators of this chat may change its settings. Anybody may ask, e.g. by sending a fund code.

# The parts of a digest, the short one, tables, and the weekly note
digest-datum-bars = quotes of { $day }
digest-datum-indices = indices of { $day }
digest-datum-nav = NAVs of { $day }
digest-datum-margin = margin balances of { $day }
digest-datum-shares = share counts of { $day }
digest-datum-of = { $datum } ({ $exchange })
digest-asof-missing = {""}; not published yet: { $some }
digest-late = Late: planned for { $at }
digest-came = Published since your last digest: { $some }
digest-came-revised = Updated since your last digest, and valid from now on: { $some }
digest-rules = My rules
digest-rules-none = { $count ->
    [one] Your one rule was not met
   *[other] None of your { $count } rules was met
}
digest-rule-fired = rule { $number } was met
digest-leaders = First on their index
digest-leader = { $what }: { $said }, first of { $size }
digest-leader-of = { $index }: { $said }
digest-named = { $name } { $said }
digest-said = {": "}{ $said }
digest-table-dates = { $some }
digest-column-index = index
digest-column-level = level
digest-column-change = change
digest-column-class = class
digest-column-close = close
digest-column-flow = net inflow
digest-column-streak = in a row
digest-short-indices = Indices:{" "}
digest-short-classes = Net inflow:{" "}
digest-short-margin = Margin:{" "}
digest-short-margin-said = financing balance { $balance }, { $change } on the session before
digest-short-leaders = Largest inflow of its index:{" "}
digest-short-rules = Rules:{" "}
digest-short-more = { $count ->
    [one] 1 more of your funds; send “digest” for all
   *[other] { $count } more of your funds; send “digest” for all
}
digest-disclaimer-short = Statistics of public data, no investment advice. Investing carries risk.
week-title = ETF flows, week of { $first } to { $last } ({ $count ->
    [one] 1 session
   *[other] { $count } sessions
})
week-market = The week in the market
week-mine = My funds this week
week-changes = New firsts on their index this week
week-changes-more = { $count } more
week-today = Today, { $day } ({ $weekday })
week-margin = Financing balance of SSE + SZSE { $change }
week-flow-unknown = net inflow not published or under review
week-streak-in = {""}, { $days } sessions of inflow in a row
week-streak-out = {""}, { $days } sessions of outflow in a row
week-best = Best: { $fund } { $said }
week-worst = weakest: { $fund } { $said }
week-most-in = Most money in: { $fund } { $said }
week-most-out = most money out: { $fund } { $said }
week-sides = {"; "}
week-span = {" "}({ $first } to { $last })
week-span-estimated = {" "}({ $first } to { $last }, estimate)
