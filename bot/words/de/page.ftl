### Was die Seite des Kanals rund um die Nachrichten sagt, und die eigenen Sätze der HTTP-Tür.

page-language = de
page-title = imagebot
page-tagline = Bilder aus Worten
page-skip = Zum Eingabefeld springen
page-no-script = Diese Seite braucht JavaScript, um Nachrichten zu senden und neue zu zeigen.

## Kopf der Seite

page-guest = Gast
page-name = Dein Name
page-name-hint = Steht neben dem, was du dir wünschst.
page-save = Sichern
page-usage = Was ich verbraucht habe
page-sign-out = Abmelden
page-reconnecting = Verbinde neu …
page-reconnected = Wieder verbunden

## Noch nichts da

page-empty-title = Was möchtest du sehen?
page-empty-body = Schreib /imagine und ein paar Worte, oder zieh ein Foto hierher, um es zu vergrößern.
page-empty-sketch = Es ist kein Schlüssel eines Anbieters gesetzt, darum sind die Bilder Skizzen, nach Regeln gezeichnet.
page-empty-key = Schlüssel eingeben
page-examples = Beispiele
page-example-1 = /imagine Eine futuristische Stadt bei Nacht --ar 16:9 --seed 42
page-example-2 = /imagine Ein Leuchtturm in der Dämmerung, Aquarell --ar 3:2
page-example-3 = /imagine Ein Fuchs im Herbstwald
page-example-4 = /imagine Verschneite Berge über den Wolken --ar 21:9

## Nachrichten

page-log = Nachrichten
page-earlier = Frühere Nachrichten
page-elapsed = Zeit bisher
page-progress = Fortschritt
page-details = Einzelheiten
page-in-reply-to = Antwort auf
page-open-full = In voller Größe öffnen, { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } Pixel
page-download = Herunterladen
page-reply = Antworten
page-picture-lost = Dieses Bild lässt sich nicht laden.
page-new-messages = Neue Nachrichten

## Ein Wort unter vier Augen

page-only-you = Nur du siehst das
page-dismiss = Ausblenden
page-plain-words = Soll ich das malen?
page-paint-this = Ja, malen
page-unknown-command = /{ $name } kenne ich nicht. Versuch /imagine, /upscale oder /help.
page-no-references = Keines der eingeschalteten Modelle kann sich nach einem Bild richten. Antworte mit „vergrößern“, um es größer zu bekommen, oder beschreib es mit Worten.
page-offline = Das ließ sich nicht senden: Gerade gibt es keine Verbindung. Deine Worte stehen noch im Feld.

## Das Eingabefeld

page-composer = Nachricht
page-placeholder = /imagine ein Leuchtturm in der Dämmerung
page-placeholder-reply = „upscale“, oder was anders werden soll
page-hint = Enter sendet, Umschalt+Enter beginnt eine neue Zeile. /help zeigt, was man sagen kann.
page-attach = Bild anhängen
page-attachment-remove = Bild entfernen
page-drop = Bild hier fallen lassen
page-send = Senden
page-replying = Antwort auf dieses Bild
page-reply-cancel = Nicht antworten
page-too-large-file = Die Datei ist größer als { NUMBER($megabytes, maximumFractionDigits: 0) } MB.
page-not-a-picture = Nur PNG-, JPEG- und WebP-Bilder können angehängt werden.

## Das Studio

page-studio = Studio
page-studio-open = Studio öffnen
page-studio-close = Studio schließen
page-studio-painting = Malen
page-studio-enlarging = Vergrößern
page-studio-nothing = Es ist nichts eingeschaltet, das malen kann.
page-studio-reset = Zurücksetzen
page-studio-applies = Gilt für das, was du als Nächstes sendest. Angaben in deinen Worten gehen vor.
page-price-unknown = Preis nicht veröffentlicht
page-price = { NUMBER($cents, maximumFractionDigits: 2) } ¢ pro Bild
page-size = Größe
page-swap-sides = Breite und Höhe tauschen
page-seed-random = zufällig
page-seed-dice = Seed würfeln
page-seed-lock = Diesen Seed behalten
page-providers = Anbieter
page-vendor-on = an
page-vendor-off = aus
page-vendor-keyless = braucht keinen Schlüssel
page-vendor-variable = Setz { $variable }, oder gib hier einen Schlüssel ein.
page-vendor-variable-only = { $variable } schaltet ihn ein.
page-vendor-credits = noch { NUMBER($dollars, minimumFractionDigits: 2, maximumFractionDigits: 2) } $
page-vendor-fault = { $fault ->
    [bad-key] Der Schlüssel wird nicht mehr angenommen.
    [out-of-credit] Das Guthaben ist aufgebraucht.
    [throttled] Er bittet um eine langsamere Gangart.
    [unreachable] Er ist gerade nicht erreichbar.
   *[other] Zuletzt ist er ausgefallen.
}
page-key = Schlüssel für { $provider }
page-key-give = Prüfen und verwenden
page-key-remember = In der Datei .env auf diesem Rechner merken
page-key-remember-hint = Er steht dort im Klartext, lesbar nur für dieses Benutzerkonto. Sonst ist er vergessen, sobald der Bot endet.
page-key-forget = Schlüssel entfernen
page-key-forget-confirm = Wirklich entfernen?
page-key-held = Der Schlüssel bleibt auf dem Server.
page-key-elsewhere = Schlüssel kann man am Rechner selbst eingeben, oder als Admin.

## Anmelden

page-login-title = Anmelden
page-login-body = Dieses Studio steht Leuten mit einem Token offen. Wer es betreibt, kann dir eines geben.
page-login-token = Token
page-login-enter = Eintreten
page-login-wrong = Dieses Token ist hier nicht bekannt.

## Die HTTP-Tür

page-api-prompt-missing = Ein Prompt ist nötig
page-api-image-missing = Eine Bilddatei ist nötig
page-api-dimensions = Das Bild darf höchstens { $limit } groß sein
page-api-bad-json = Der Inhalt muss ein einzelnes JSON-Objekt sein
page-api-bad-form = Das Formular im Inhalt ist nicht lesbar
page-api-bad-request = Die Anfrage ist nicht lesbar
page-api-field-twice = Das Formular enthält das Feld { $field } mehrmals
page-api-wants-json = Bitte als application/json senden
page-api-wants-form = Bitte als multipart/form-data senden
page-api-too-long = Der Inhalt ist länger als { NUMBER($limit, useGrouping: 0) } KB
page-api-body-too-long = Der Inhalt ist zu lang
page-api-too-slow = Der Inhalt kam zu langsam an
page-api-too-fast = Zu viele Anfragen; bitte in { $seconds ->
    [one] { $seconds } Sekunde
   *[other] { $seconds } Sekunden
} wieder versuchen
page-api-too-many-streams = Es sind zu viele Seiten zugleich offen
page-api-no-such-address = Unter dieser Adresse gibt es nichts
page-api-wrong-method = Diese Adresse antwortet nicht auf diese Methode
page-api-wrong-host = Dieser Name gehört nicht zu uns; die Einstellung web.allowed_hosts kann ihn aufnehmen
page-api-cross-site = Anfragen von anderen Seiten werden nicht angenommen
page-api-token-needed = Ein Token ist nötig: Authorization: Bearer <Token>
page-api-token-wrong = Dieses Token ist nicht bekannt
