### Was im Terminal steht.

## Beim Start

terminal-banner = imagebot { $version }
terminal-settings-from = Einstellungen: { $file }
terminal-settings-default = Einstellungen: die Vorgaben, denn es gibt keine config.toml
terminal-doors = Türen
terminal-providers = Anbieter
terminal-door-open = offen: { $where }
terminal-on = an
terminal-on-keyless = an, braucht keinen Schlüssel
terminal-off = aus; setze { $variable }
terminal-off-unnamed = aus; steht nicht in providers.order
terminal-provider-unnamed = { $provider } ist aus; er steht nicht in providers.order
terminal-address = Öffne { $url } im Browser
terminal-ready = Bereit nach { $seconds } s. Strg-C beendet.

remark-old-key = { $old } wird als { $variable } verwendet. Bitte benenne die Variable um.
remark-short-token = Das Web-Token „{ $name }“ hat weniger als { $limit } Zeichen und lässt sich erraten. Ein längeres ist sicherer.

## Beim Beenden

terminal-stopping = Wird beendet. Bilder, die unterwegs sind, gehen beim nächsten Start weiter.
terminal-stopped = Beendet.

## imagebot check

check-title = Was eingerichtet ist, Zeile für Zeile
check-settings = Einstellungen gelesen
check-store = Bilder und Aufträge liegen in { $place }
check-store-fault = { $place } ist nicht zu gebrauchen: { $reason }
check-database = Die Datenbank ist auf dem neuesten Stand
check-provider = { $provider } funktioniert
check-provider-credits = { $provider } funktioniert; Guthaben: { $money }
check-provider-off = { $provider } ist aus; setze { $variable }, um ihn einzuschalten
check-provider-fault = { $provider } funktioniert nicht: { $reason }
check-engine-ncnn = Er vergrößert Bilder mit einem neuronalen Netz (ncnn).
check-engine-numpy = Er vergrößert Bilder mit einem neuronalen Netz, aber langsam: ncnn läuft hier nicht.
check-engine-lanczos = Er vergrößert Bilder ohne neuronales Netz: Die Gewichte fehlen. Hol sie mit `{ $command }` und starte neu.
check-well = Alles, was eingerichtet ist, funktioniert.
check-unwell = { $count ->
    [one] Eine Sache braucht Aufmerksamkeit.
   *[other] { $count } Sachen brauchen Aufmerksamkeit.
}

## Gründe, kurz

reason-bad-key = der Schlüssel wird nicht angenommen
reason-out-of-credit = das Guthaben ist leer
reason-unreachable = nicht zu erreichen
reason-throttled = unsere Aufrufe werden gebremst
reason-language = er nimmt diese Sprache nicht an
reason-broken = die Antwort ist ein Fehler
reason-provider = gescheitert
reason-rejected = was gefragt war, wurde nicht angenommen
reason-vanished = der Vorgang ging verloren
reason-link-gone = der Download-Link funktionierte nicht
reason-overdue = es hat zu lange gedauert
reason-worker-died = das Programm wurde unerwartet beendet
reason-not-writable = nicht beschreibbar

## imagebot imagine, upscale, jobs

terminal-saved = Gespeichert als { $path }
terminal-working = In Arbeit
terminal-no-jobs = Es gibt noch keine Aufträge.
terminal-not-a-file = { $path } kann ich nicht lesen.
terminal-exists = { $path } gibt es schon. Mit --force wird es ersetzt.

## What this release does not have yet, and what runs already

remark-door-coming = { $variable } ist gesetzt, aber diese Version hat noch keine Tür zu { $door }.
check-running = imagebot läuft gerade: { $place }
