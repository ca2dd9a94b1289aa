### Obergrenzen, /usage, Warnungen und das Diagramm.

next-period = { $per ->
    [month] { SOON($retry_at) ->
        [yes] { IN($retry_at) }
       *[no] am { DATE($retry_at) }
    }
   *[day] { again-at }
}
error-cap-reached = { $of ->
    [team] Das Team hat
    [channel] Dieser Kanal hat
    [role] Die Leute mit deiner Rolle haben
   *[person] Du hast
} { $limit ->
    [one] das eine Bild
   *[other] alle { $limit } Bilder
} { $per ->
    [month] dieses Monats
   *[day] von heute
} verbraucht. Neue gibt es { next-period }.
error-budget-spent = Dieses Bild kostet { MONEY($cost_cents) }, und von den { MONEY($limit_cents) }, die { $of ->
    [team] das Team
    [channel] dieser Kanal
    [role] deine Rolle
   *[person] du
} { $per ->
    [month] diesen Monat
   *[day] heute
} { $of ->
    [person] hast
   *[other] hat
}, { $left_cents ->
    [absent] ist nichts
   *[other] sind nur { MONEY($left_cents) }
} übrig. Es beginnt neu { next-period }; bis dahin passt vielleicht ein günstigeres Modell.
usage-title = Was verbraucht wurde
usage-body = Bilder, die noch unterwegs sind, zählen mit; was scheitert oder abgelehnt wird, wird wieder abgezogen.
usage-body-free = Für dich gibt es keine Grenze. Bilder, die noch unterwegs sind, zählen mit.
usage-nothing = nichts
usage-pictures = { $pictures ->
    [one] { $pictures } Bild
   *[other] { $pictures } Bilder
}
usage-spent = { $pictures ->
    [one] { $pictures } Bild
   *[other] { $pictures } Bilder
}, { $cost }
usage-left = Übrig { $of ->
    [team] fürs Team
    [channel] in Kanal { $name }
    [role] für Rolle { $name }
   *[person] für dich
}, { $per ->
    [month] diesen Monat
   *[day] heute
}
usage-of-pictures = { $part } von { $limit ->
    [one] { $limit } Bild
   *[other] { $limit } Bildern
}
usage-of-money = { $part } von { $limit }
usage-anew = neu { next-period }
label-usage-today = Du, heute
label-usage-month = Du, diesen Monat
label-usage-team-today = Das Team, heute
label-usage-team-month = Das Team, diesen Monat
label-usage-people = Nach Person
label-usage-models = Nach Modell
label-usage-unsure = Zurückgelegt, Ende unbekannt
label-usage-pictures = Bilder
label-usage-person = Wer
label-usage-day = Tag
label-usage-model = Modell
label-usage-money = Geld
alert-title = { $percent ->
    [100] Eine Obergrenze ist erreicht
   *[other] { $percent } % einer Obergrenze sind verbraucht
}
alert-body = { $of ->
    [team] Das Team
    [channel] Kanal { $name }
   *[role] Rolle { $name }
} hat { $used } verbraucht ({ $period }).
plot-title-money = { $cost } { $month ->
    [absent] diesen Monat
   *[other] im Monat { $month }
}
plot-title-pictures = { $pictures ->
    [one] { $pictures } Bild
   *[other] { $pictures } Bilder
} { $month ->
    [absent] diesen Monat
   *[other] im Monat { $month }
}
plot-whose-own = Du
plot-whose-team = Das ganze Team
plot-days-money = US-Dollar am Tag, { $month ->
    [absent] letzte 30 Tage
   *[other] { $month }
}
plot-days-pictures = Bilder am Tag, { $month ->
    [absent] letzte 30 Tage
   *[other] { $month }
}
plot-people = Nach Person, { $month ->
    [absent] diesen Monat
   *[other] { $month }
}
plot-models = Nach Modell, { $month ->
    [absent] diesen Monat
   *[other] { $month }
}
plot-others = Alle übrigen

## imagebot usage

terminal-usage-none = Im Monat { $month } wurde nichts verbraucht.
terminal-usage-unsure = Zurückgelegt für Bilder, von denen niemand weiß, wie sie ausgingen: { $spent }

## imagebot check: Preise

check-prices = { $prices } je Bild, so veröffentlicht am { $day }
check-prices-unknown = { $models }: kein Preis veröffentlicht; eine Obergrenze in Geld rechnet ein Bild mit { MONEY($cents) }
