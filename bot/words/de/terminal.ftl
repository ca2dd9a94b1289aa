### Was im Terminal steht.

## Beim Start

terminal-banner = imagebot { $version }
terminal-settings-from = Einstellungen: { $file }
terminal-settings-default = Einstellungen: die Vorgaben, denn es gibt keine config.toml
terminal-doors = Türen
terminal-providers = Anbieter
terminal-door-open = offen: { $where }
terminal-discord-open = offen als { $name }, { $count ->
    [0] noch auf keinem Server
    [one] auf einem Server
   *[other] auf { $count } Servern
}
terminal-discord-waiting = wartet auf Discord
terminal-on = an
terminal-on-keyless = an, braucht keinen Schlüssel
terminal-off = aus; setze { $variable }
terminal-off-set = aus; { $setting } ist false
terminal-off-unnamed = aus; steht nicht in providers.order
terminal-provider-unnamed = { $provider } ist aus; er steht nicht in providers.order
terminal-address = Öffne { $url } im Browser
terminal-ready = Bereit nach { $seconds } s. Strg-C beendet.

remark-old-key = { $old } wird als { $variable } verwendet. Bitte benenne die Variable um.
remark-short-token = Das Web-Token „{ $name }“ hat weniger als { $limit } Zeichen und lässt sich erraten. Ein längeres ist sicherer.

remark-discord-planted = Discord hatte noch keine Befehle dieses Bots, also habe ich sie hingebracht. Manche sehen sie erst nach einem Neustart von Discord.
remark-discord-unreachable = Discord ist noch nicht zu erreichen. Ich versuche es weiter.
remark-discord-alone =
    Der Bot ist noch auf keinem Discord-Server. Mit diesem Link holst du ihn auf deinen:
    { $url }

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
check-door-off = { $door } ist aus; setze { $variable }, um es einzuschalten
check-door-shut = { $door } ist aus; { $setting } ist false
check-engine-ncnn = Er vergrößert Bilder mit einem neuronalen Netz (ncnn).
check-engine-numpy = Er vergrößert Bilder mit einem neuronalen Netz, aber langsam: ncnn läuft hier nicht.
check-engine-lanczos = Er vergrößert Bilder ohne neuronales Netz: Die Gewichte fehlen. Hol sie mit `{ $command }` und starte neu.
check-well = Alles, was eingerichtet ist, funktioniert.
check-unwell = { $count ->
    [one] Eine Sache braucht Aufmerksamkeit.
   *[other] { $count } Sachen brauchen Aufmerksamkeit.
}

## imagebot check: Discord

check-discord = Discord: angemeldet als { $name }
check-discord-token = Discord nimmt DISCORD_TOKEN nicht an. Kopiere es neu aus dem Developer Portal: deine Anwendung, Bot, Reset Token.
check-discord-fault = Discord ist gestört: { $listed }
check-discord-refused = Discord hat abgelehnt, was ich wollte (HTTP { $status }, Code { $code }).
check-discord-read = Discord: darf Nachrichten lesen (Message Content Intent)
check-discord-read-fault = Discord: { $setting } ist true, aber der Bot darf keine Nachrichten lesen. Schalte es im Developer Portal ein: deine Anwendung, Bot, Message Content Intent.
check-discord-unread = Discord: liest nur, was den Bot erwähnt; { $setting } = true zeigt ihm das Bild, auf das jemand antwortet
check-discord-endpoint = Discord: Befehle kommen nie an, denn die Anwendung hat eine Interactions Endpoint URL. Lösche sie im Developer Portal: deine Anwendung, General Information.
check-discord-code-grant = Discord: Der Einladungslink funktioniert nicht. Schalte Requires OAuth2 Code Grant im Developer Portal aus: deine Anwendung, Bot.
check-discord-commands = Discord: { $count ->
    [one] ein Befehl, aktuell
   *[other] { $count } Befehle, aktuell
}
check-discord-commands-none = Discord: noch keine Befehle; der erste Start bringt sie hin
check-discord-commands-fault = Discord: Befehle sind veraltet ({ $names }). Rufe `{ $command }` auf.
check-discord-alone = Discord: noch auf keinem Server. `{ $command }` zeigt den Link, der den Bot auf einen holt.
check-discord-servers = Discord: auf { $count ->
    [one] einem Server, { $names }
   *[other] { $count } Servern: { $names }
}
check-discord-server-fault = Discord: In { $server } fehlt der Rolle des Bots: { $listed }
check-discord-direct = Discord: Direktnachrichten sind offen
check-discord-channel = Discord: { $kind ->
    [category] Kategorie { $channel }
    [forum] Forum { $channel }
    [thread] Thread { $channel }
   *[channel] #{ $channel }
} in { $server } ist offen, mit allem Nötigen
check-discord-channel-fault = Discord: { $kind ->
    [category] In Kategorie { $channel }
    [forum] Im Forum { $channel }
    [thread] Im Thread { $channel }
   *[channel] In #{ $channel }
} in { $server } fehlt dem Bot: { $listed }
check-discord-channel-gone = Discord: Den Kanal { $channel } gibt es nicht; nimm ihn aus discord.channels
check-discord-channel-unseen = Discord: Der Kanal { $channel } ist dem Bot verschlossen. Er ist nicht auf diesem Server, oder ihm fehlt dort „Kanäle ansehen“.
check-discord-channel-odd = Discord: „{ $channel }“ in discord.channels ist kein Kanal. Rechtsklick auf einen Kanal, Kanal-ID kopieren; der Entwicklermodus, in deinen Einstellungen unter „Erweitert“, muss an sein.
check-discord-channel-private = Discord: { $channel } in discord.channels sind die Direktnachrichten einer einzelnen Person. "dm" öffnet die von allen.

permission-view-channel = Kanäle ansehen
permission-send-messages = Nachrichten senden
permission-send-messages-in-threads = Nachrichten in Threads senden
permission-embed-links = Links einbetten
permission-attach-files = Dateien anhängen
permission-read-message-history = Nachrichtenverlauf anzeigen

## imagebot discord

sync-added = neu: { $name }
sync-changed = geändert: { $name }
sync-edit = { $path }: war { $was }, wird { $now }
sync-removed = entfernt: { $name }
sync-same = { $count ->
    [0] Es gibt nichts zu ändern
    [one] Der eine Befehl auf Discord ist aktuell
   *[other] Die { $count } Befehle auf Discord sind aktuell
}
sync-dry = Nur gezeigt, nicht gesendet. Lass --dry-run weg, um es zu tun.
sync-done = Die Befehle auf Discord sind jetzt aktuell. Manche sehen es erst nach einem Neustart von Discord.
sync-twice = Auf diesem Server erscheinen die Befehle, die es überall gibt, jetzt doppelt. So nimmst du diese wieder weg: `{ $command }`
sync-no-server = Der Bot ist nicht auf dem Server { $guild } oder wurde ohne Befehle eingeladen. `imagebot discord invite` zeigt den Link dafür.

terminal-discord-invite =
    Dieser Link holt den Bot auf einen Server, den du verwaltest:
    { $url }
terminal-discord-install =
    Dieser fügt ihn dem Konto einer einzelnen Person hinzu, wo immer sie schreibt (im Developer Portal muss unter Installation „User Install“ erlaubt sein):
    { $url }
terminal-discord-owner-only = Nur wem die Anwendung gehört, kann sie benutzen: Public Bot ist im Developer Portal aus.

## Gründe, kurz

reason-bad-key = der Schlüssel wird nicht angenommen
reason-out-of-credit = das Guthaben ist leer
reason-unreachable = nicht zu erreichen
reason-throttled = unsere Aufrufe werden gebremst
reason-language = er nimmt diese Sprache nicht an
reason-stranger = was dort antwortet, ist nicht Discord; sieh dir discord.api_url an
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
