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
terminal-slack-open = offen{ $name ->
    [Slack] {""}
   *[other] {" "}in { $name }
}, über { $mode ->
    [http] HTTP
   *[socket] Socket Mode
}
terminal-slack-waiting = wartet auf Slack
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

remark-pictures-here = Bilder liegen in { $folder } auf diesem Rechner. Nutzen andere Rechner dieselbe Datenbank, so brauchen auch sie die Bilder: über store.pictures_url, oder in einem geteilten Ordner.
remark-alert-nowhere = policy.alert_places: In { $place } erfährt niemand etwas, denn keine Tür dieses Namens ist eingeschaltet.
remark-discord-planted = Discord hatte noch keine Befehle dieses Bots, also habe ich sie hingebracht. Manche sehen sie erst nach einem Neustart von Discord.
remark-discord-unreachable = Discord ist noch nicht zu erreichen. Ich versuche es weiter.
remark-discord-alone =
    Der Bot ist noch auf keinem Discord-Server. Mit diesem Link holst du ihn auf deinen:
    { $url }

remark-slack-unreachable = Slack ist noch nicht zu erreichen. Ich versuche es weiter.
remark-slack-install =
    Mit diesem Link installieren Workspaces die Slack-App:
    { $url }

## Beim Beenden

terminal-stopping = Wird beendet. Bilder, die unterwegs sind, gehen beim nächsten Start weiter.
terminal-stopped = Beendet.

## imagebot check

check-title = Was eingerichtet ist, Zeile für Zeile
check-settings = Einstellungen gelesen
check-store = { $keeps ->
    [all] Bilder und Aufträge liegen in { $place }
    [pictures] Bilder liegen in { $place }
    [jobs] Aufträge liegen in { $place }
   *[little] Bilder gehen durch { $place }
}
check-store-fault = { $place } ist nicht zu gebrauchen: { $reason }
check-pictures = Bilder liegen in { $place }
check-pictures-fault = Bilder können nicht in { $place } liegen: { $reason }
check-pictures-public = Die Bilder in { $place } kann jeder lesen, auch ohne Schlüssel. Schließ das; bei Amazon heißt es Block Public Access.
check-pictures-late = { $count ->
    [one] Ein Bild wartet auf dieser Platte, bis es dorthin kann.
   *[other] { $count } Bilder warten auf dieser Platte, bis sie dorthin können.
}
check-database = { $server ->
    [yes] Aufträge liegen in PostgreSQL, auf dem neuesten Stand
   *[no] Die Datenbank ist auf dem neuesten Stand
}
check-database-new = Die Datenbank ist neu. Der erste Start legt ihre Tabellen an.
check-database-older = Die Datenbank ist zu gebrauchen. Sie stammt von einem älteren imagebot: `imagebot run` oder `imagebot migrate` bringt sie auf den neuesten Stand. Sichere sie vorher.
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

## imagebot check: Slack

check-slack = Slack: angemeldet als { $name } in { $team }
check-slack-two-ways = Slack: SLACK_BOT_TOKEN und SLACK_CLIENT_ID sind beide gesetzt. Behalte das erste für einen einzelnen Workspace oder das zweite für viele, und entferne das andere.
check-slack-lacks = Slack: { $variable ->
    [SLACK_APP_TOKEN] Für den Socket Mode fehlt SLACK_APP_TOKEN. Erzeuge es in deiner App auf api.slack.com/apps: Basic Information, App-Level Tokens, mit dem Scope connections:write.
    [SLACK_SIGNING_SECRET] Für slack.mode = "http" fehlt SLACK_SIGNING_SECRET. Kopiere es aus deiner App auf api.slack.com/apps: Basic Information, App Credentials.
    [SLACK_CLIENT_SECRET] Zu SLACK_CLIENT_ID fehlt SLACK_CLIENT_SECRET. Kopiere es aus deiner App auf api.slack.com/apps: Basic Information, App Credentials.
    [SLACK_ENCRYPTION_KEY] Die Tokens vieler Workspaces werden verschlüsselt aufbewahrt; dafür fehlt SLACK_ENCRYPTION_KEY. `imagebot slack key` erzeugt einen Schlüssel.
    [public_url] Eine App für viele Workspaces braucht slack.public_url, die https-Adresse, von der sie installiert wird.
   *[SLACK_BOT_TOKEN] SLACK_BOT_TOKEN ist nicht gesetzt. Kopiere es aus deiner App auf api.slack.com/apps: OAuth & Permissions, Bot User OAuth Token.
}
check-slack-misplaced = Slack: In { $variable } steht { $found ->
    [app] ein App-Level Token, das in SLACK_APP_TOKEN gehört
    [bot] ein Bot-Token, das in SLACK_BOT_TOKEN gehört
    [user] das Token einer Person
    [rotating] ein Token, das nach zwölf Stunden abläuft, denn die Token-Rotation ist an. Leg die App ohne sie neu an, oder nimm SLACK_CLIENT_ID
   *[unknown] etwas anderes
}. Was dort hingehört, beginnt mit { $variable ->
    [SLACK_APP_TOKEN] xapp-: deine App auf api.slack.com/apps, Basic Information, App-Level Tokens.
   *[SLACK_BOT_TOKEN] xoxb-: deine App auf api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token.
}
check-slack-key-odd = Slack: In SLACK_ENCRYPTION_KEY steht kein Schlüssel, auch nicht mehrere mit Kommas dazwischen. `imagebot slack key` erzeugt einen.
check-slack-token = Slack nimmt { $variable } nicht an{ $why ->
    [revoked] : Die App wurde aus dem Workspace entfernt oder das Token widerrufen. Installiere die App noch einmal und kopiere das Token dann neu
    [expired] : Es ist abgelaufen. Kopiere es neu
   *[unknown] . Kopiere es neu
} aus deiner App auf api.slack.com/apps: { $variable ->
    [SLACK_APP_TOKEN] Basic Information, App-Level Tokens.
   *[SLACK_BOT_TOKEN] OAuth & Permissions, Bot User OAuth Token.
}
check-slack-fault = Slack antwortet nicht, wie es soll: { $listed }
check-slack-refused = Slack hat abgelehnt, was ich wollte ({ $word }).
check-slack-scopes = Slack: Der Bot hat alle { $count } Scopes, die er braucht
check-slack-scopes-fault = Slack: Dem Bot { $count ->
    [one] fehlt der Scope { $names }
   *[other] fehlen die Scopes { $names }
}. Füge ein, was `{ $command }` ausgibt: deine App auf api.slack.com/apps, App Manifest. Installiere die App danach neu: Install App.
check-slack-scopes-spare = Slack: Der Bot braucht { $count ->
    [one] den Scope { $names }
   *[other] die Scopes { $names }
} nicht; du kannst { $count ->
    [one] ihn
   *[other] sie
} streichen
check-slack-socket = Slack: Socket Mode funktioniert
check-slack-socket-scope = Slack: SLACK_APP_TOKEN fehlt der Scope connections:write. Erzeuge ein anderes damit in deiner App auf api.slack.com/apps: Basic Information, App-Level Tokens.
check-slack-socket-off = Slack: Socket Mode ist aus. Schalte ihn in deiner App auf api.slack.com/apps ein: Socket Mode.
check-slack-socket-many = Slack: Zehn Verbindungen sind schon offen, mehr erlaubt Slack nicht. Beende einen Bot, den du nicht mehr brauchst, oder verringere slack.connections.
check-slack-two-apps = Slack: SLACK_BOT_TOKEN und SLACK_APP_TOKEN gehören zu zwei verschiedenen Apps, also käme nichts an. Kopiere beide aus derselben.
check-slack-called = Slack: ruft { $url } auf, sobald der Bot läuft und deine App diese Adresse als Request URL hat
check-slack-installable = Slack: Workspaces installieren die App unter { $url }
check-slack-client = Slack nimmt { $variable } nicht an. Kopiere es neu aus deiner App auf api.slack.com/apps: Basic Information, App Credentials.
check-slack-redirect = Slack: Der App fehlt die Adresse, zu der eine Installation zurückkehrt. Trag sie in deiner App auf api.slack.com/apps ein, OAuth & Permissions, Redirect URLs: { $url }
check-slack-direct = Slack: Direktnachrichten sind offen
check-slack-channel = Slack: #{ $channel } ist offen, und der Bot ist dort
check-slack-channel-joins = Slack: #{ $channel } ist offen; der Bot tritt bei, sobald dort jemand zum ersten Mal fragt
check-slack-channel-unseen = Slack: Der Bot sieht den Kanal { $channel } nicht. Gibt es ihn nicht, dann nimm ihn aus slack.channels; ist er privat, dann schreib dort: `{ $invite }`
check-slack-channel-archived = Slack: #{ $channel } ist archiviert; nimm ihn aus slack.channels
check-slack-channel-scope = Slack: Den Kanal { $channel } kann ich erst ansehen, wenn der Bot seine Scopes hat
check-slack-channel-odd = Slack: „{ $channel }“ in slack.channels ist keine Kanal-ID. Öffne den Kanal und klick auf seinen Namen: Die ID, etwa C0123ABCD, steht ganz unten in den Infos. "dm" öffnet die Direktnachrichten.

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

## imagebot slack

setup-slack-paste = { $step }. Öffne { $url }, wähle „From a manifest“ und deinen Workspace, und ersetze, was im Reiter JSON steht, durch das hier oben.
setup-slack-open = { $step }. Öffne den Link hier oben, wähle deinen Workspace und leg die App an.
setup-slack-install = { $step }. In der App, Install App: Installiere sie und kopiere das Bot User OAuth Token als SLACK_BOT_TOKEN in .env.
setup-slack-client = { $step }. Basic Information, App Credentials: Kopiere Client ID und Client Secret als SLACK_CLIENT_ID und SLACK_CLIENT_SECRET in .env. SLACK_ENCRYPTION_KEY kommt von `imagebot slack key`.
setup-slack-distribute = { $step }. Manage Distribution: Schalte Public Distribution ein, damit andere Workspaces die App installieren dürfen.
setup-slack-app-token = { $step }. Basic Information, App-Level Tokens: Erzeuge eines mit dem Scope connections:write und kopiere es als SLACK_APP_TOKEN in .env.
setup-slack-signing-secret = { $step }. Basic Information, App Credentials: Kopiere das Signing Secret als SLACK_SIGNING_SECRET in .env.
setup-slack-check = { $step }. `imagebot check` sagt, ob alles stimmt, und `imagebot run` startet den Bot.
setup-slack-verify = { $step }. Wenn er läuft, App Manifest: Bestätige die Request URL, dann fängt Slack an, sie aufzurufen.
setup-slack-agent = Slack macht diese App zu einem Agenten: Ein Gespräch mit ihr steht in Threads, Gäste des Workspace können sie nicht nutzen, und das bleibt so. slack.assistant = "off" lässt es weg.
setup-slack-again = Um deine App auf den neuesten Stand zu bringen, füge das hier oben auf api.slack.com/apps bei ihr ein: App Manifest. Wenn Slack danach fragt, installiere sie neu.
setup-slack-key = Setz ihn in .env als SLACK_ENCRYPTION_KEY und bewahr eine Kopie auf: Ohne ihn muss jeder Workspace die App neu installieren.
setup-slack-key-further = SLACK_ENCRYPTION_KEY ist schon gesetzt. Zum Wechseln kommt der neue Schlüssel vor den alten, mit einem Komma dazwischen.

## Gründe, kurz

reason-bad-key = der Schlüssel wird nicht angenommen
reason-out-of-credit = das Guthaben ist leer
reason-unreachable = nicht zu erreichen
reason-throttled = unsere Aufrufe werden gebremst
reason-language = er nimmt diese Sprache nicht an
reason-stranger = was dort antwortet, ist nicht Discord; sieh dir discord.api_url an
reason-slack-stranger = was dort antwortet, ist nicht Slack; sieh dir slack.api_url an
reason-broken = die Antwort ist ein Fehler
reason-provider = gescheitert
reason-rejected = was gefragt war, wurde nicht angenommen
reason-vanished = der Vorgang ging verloren
reason-link-gone = der Download-Link funktionierte nicht
reason-overdue = es hat zu lange gedauert
reason-worker-died = das Programm wurde unerwartet beendet
reason-storage-down = dort antwortet niemand
reason-storage-shut = er lässt uns nicht schreiben, lesen und löschen. Prüf die Adresse, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY und was dieser Schlüssel dort darf.
reason-not-writable = nicht beschreibbar

## imagebot imagine, upscale, jobs

terminal-saved = Gespeichert als { $path }
terminal-working = In Arbeit
terminal-off-elsewhere = anderen Prozessen überlassen
terminal-no-worker = Die Bilder machen Prozesse, die mit --worker laufen.
status-queued = wartet
status-running = in Arbeit
status-finished = fertig
status-moderated = abgelehnt
status-failed = gescheitert
status-unsure = ungewiss
status-cancelled = abgebrochen
terminal-no-jobs = Es gibt noch keine Aufträge.
terminal-no-jobs-of = Kein Auftrag hat den Stand „{ $status }“.
terminal-nothing-stuck = Nichts hängt: Kein Auftrag ist zu spät, unbeantwortet oder ungewiss.
terminal-rerun = { $job } wartet wieder auf seine Reihe.
terminal-not-rerun = { $job } kann nicht noch einmal laufen: Sein Stand ist „{ $status }“. Noch einmal laufen nur Aufträge, die sicher ohne Bild geendet haben und deren Worte noch da sind.
terminal-settled-charged = { $job } ist abgeschlossen: Das Bild wurde bezahlt und ist verloren. Der Bot sagt es der Person.
terminal-settled-free = { $job } ist abgeschlossen: Es wurde nichts bezahlt. Der Bot sagt es der Person.
terminal-not-settled = { $job } ist nicht ungewiss: Sein Stand ist „{ $status }“.
terminal-migrated = Die Datenbank hat das Schema { $schema }, mit dem diese Version arbeitet.
terminal-not-a-file = { $path } kann ich nicht lesen.
terminal-exists = { $path } gibt es schon. Mit --force wird es ersetzt.

## Was schon läuft

check-running = imagebot läuft gerade: { $place }
