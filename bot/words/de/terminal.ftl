### Was im Terminal steht.

## Beim Start

terminal-banner = imagebot { $version }
terminal-settings-from = Einstellungen: { $file }
terminal-settings-default = Einstellungen: die Vorgaben, denn es gibt keine config.toml
terminal-doors = Türen
terminal-providers = Anbieter
terminal-door-open = { $door } ist offen: { $where }
terminal-door-closed = { $door } ist zu: { $reason }
terminal-door-off = { $door } ist aus; setze { $variable }, um es zu öffnen
terminal-provider-on = { $provider } ist an
terminal-provider-off = { $provider } ist aus; setze { $variable }, um ihn einzuschalten
terminal-provider-unnamed = { $provider } ist aus; er steht nicht in providers.order
terminal-provider-fault = { $provider } ist an, geht aber nicht: { $reason }
terminal-weights-missing = Die Gewichte zum Vergrößern fehlen, deshalb wird ohne neuronales Netz vergrößert. So holst du sie: { $command }
terminal-address = Öffne { $url } im Browser
terminal-ready = Bereit nach { $seconds } s. Strg-C beendet.
terminal-already-running = imagebot läuft schon auf { $place }. Beende es zuerst oder wähle ein anderes store.data_dir.
terminal-port-taken = { $host }:{ $port } ist von einem anderen Programm belegt. Wähle einen anderen web.port.

remark-old-key = { $old } wird als { $variable } genommen. Bitte benenne die Variable um.
remark-short-token = Das Web-Token „{ $name }“ hat weniger als { $limit } Zeichen und lässt sich erraten. Ein längeres ist sicherer.

## Beim Beenden

terminal-stopping = Ich höre auf. Begonnene Bilder gehen beim nächsten Start weiter.
terminal-stopped = Beendet.

## imagebot check

check-title = Was eingerichtet ist, Zeile für Zeile
check-settings = Einstellungen gelesen
check-store = Bilder und Aufträge liegen in { $place }
check-store-fault = { $place } ist nicht zu gebrauchen: { $reason }
check-database = Die Datenbank ist auf dem neuesten Stand
check-database-behind = Die Datenbank stammt von einer anderen Version; starte: imagebot migrate
check-provider = { $provider } geht
check-provider-credits = { $provider } geht; Guthaben: { $money }
check-provider-off = { $provider } ist aus; setze { $variable }, um ihn einzuschalten
check-provider-fault = { $provider } geht nicht: { $reason }
check-weights = Die Gewichte zum Vergrößern sind da
check-door = { $door } lässt sich öffnen
check-door-fault = { $door } lässt sich nicht öffnen: { $reason }
check-well = Alles, was eingerichtet ist, geht.
check-unwell = { $count ->
    [one] Eine Sache braucht einen Blick.
   *[other] { $count } Sachen brauchen einen Blick.
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
reason-link-gone = der Download-Link ging nicht
reason-overdue = es hat zu lange gedauert
reason-worker-died = das Programm ist unerwartet stehen geblieben
reason-no-tokens = außerhalb dieses Rechners braucht es IMAGEBOT_WEB_TOKENS
reason-not-writable = nicht beschreibbar

## imagebot imagine, upscale, jobs, gallery, migrate

terminal-saved = Gespeichert als { $path }
terminal-working = In Arbeit
terminal-no-jobs = Es gibt noch keine Aufträge.
terminal-no-pictures = Es gibt noch keine Bilder.
terminal-jobs = { $count ->
    [one] Ein Auftrag
   *[other] { $count } Aufträge
}
terminal-pictures = { $count ->
    [one] Ein Bild
   *[other] { $count } Bilder
} in { $place }
terminal-migrated = Die Datenbank ist auf dem neuesten Stand.
terminal-not-a-file = { $path } kann ich nicht lesen.
terminal-exists = { $path } gibt es schon. Mit --force wird es ersetzt.

## What this release does not have yet, and what runs already

terminal-provider-on-local = { $provider } ist an und braucht keinen Schlüssel
remark-door-coming = { $variable } ist gesetzt, aber diese Version hat noch keine Tür zu { $door }.
check-running = imagebot läuft gerade: { $place }
