### Caps, /usage, alerts and the plot.

next-period = { $per ->
    [month] { SOON($retry_at) ->
        [yes] { IN($retry_at) }
       *[no] on { DATE($retry_at) }
    }
   *[day] { again-at }
}
error-cap-reached = { $of ->
    [team] The team has
    [channel] This channel has
    [role] The people of your role have
   *[person] You’ve
} used up { $limit ->
    [one] the one picture
   *[other] all { $limit } pictures
} of { $per ->
    [month] this month
   *[day] today
}. There are new ones { next-period }.
error-budget-spent = This picture costs { MONEY($cost_cents) }, and { $left_cents ->
    [absent] nothing
   *[other] only { MONEY($left_cents) }
} is left of the { MONEY($limit_cents) } that { $of ->
    [team] the team has
    [channel] this channel has
    [role] your role has
   *[person] you have
} for { $per ->
    [month] this month
   *[day] today
}. It resets { next-period }; until then a cheaper model may still fit.
usage-title = What was spent
usage-body = Pictures that are on their way count, too; what fails or is refused is taken off again.
usage-body-free = There is no limit for you. Pictures that are on their way count, too.
usage-nothing = nothing
usage-pictures = { $pictures ->
    [one] { $pictures } picture
   *[other] { $pictures } pictures
}
usage-spent = { $pictures ->
    [one] { $pictures } picture
   *[other] { $pictures } pictures
}, { $cost }
usage-left = Left { $of ->
    [team] for the team
    [channel] in channel { $name }
    [role] for role { $name }
   *[person] for you
}, { $per ->
    [month] this month
   *[day] today
}
usage-of-pictures = { $part } of { $limit ->
    [one] { $limit } picture
   *[other] { $limit } pictures
}
usage-of-money = { $part } of { $limit }
usage-anew = resets { next-period }
label-usage-today = You, today
label-usage-month = You, this month
label-usage-team-today = The team, today
label-usage-team-month = The team, this month
label-usage-people = By person
label-usage-models = By model
label-usage-unsure = Held, end unknown
label-usage-pictures = Pictures
label-usage-person = Who
label-usage-day = Day
label-usage-model = Model
label-usage-money = Money
alert-title = { $percent ->
    [100] A cap is reached
   *[other] { $percent } % of a cap is used
}
alert-body = { $of ->
    [team] The team
    [channel] Channel { $name }
   *[role] Role { $name }
} has used { $used } ({ $period }).
plot-title-money = { $cost } { $month ->
    [absent] this month
   *[other] in { $month }
}
plot-title-pictures = { $pictures ->
    [one] { $pictures } picture
   *[other] { $pictures } pictures
} { $month ->
    [absent] this month
   *[other] in { $month }
}
plot-whose-own = You
plot-whose-team = The whole team
plot-days-money = US dollars a day, { $month ->
    [absent] last 30 days
   *[other] { $month }
}
plot-days-pictures = Pictures a day, { $month ->
    [absent] last 30 days
   *[other] { $month }
}
plot-people = By person, { $month ->
    [absent] this month
   *[other] { $month }
}
plot-models = By model, { $month ->
    [absent] this month
   *[other] { $month }
}
plot-others = All others

## imagebot usage

terminal-usage-none = Nothing was spent in { $month }.
terminal-usage-unsure = Held for pictures of which nobody knows how they ended: { $spent }

## imagebot check: prices

check-prices = { $prices } a picture, as published on { $day }
check-prices-unknown = { $models }: no price is published; a cap in money takes a picture for { MONEY($cents) }
