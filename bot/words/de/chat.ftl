### Was die Türen der Chat-Plattformen zu den Sätzen des Hauses hinzufügen: Bildunterschriften, Auftragsliste, Formulare.

## Rund um eine Nachricht

chat-progress = { $bar } { NUMBER($percent, maximumFractionDigits: 0) } % fertig
chat-started = begonnen { $when }
chat-refitted = { $size_bytes ->
    [absent] Neu komprimiert, damit es hier passt. Das volle Bild mit { $pixels } Pixeln behalte ich.
   *[other] Neu komprimiert, damit es hier passt. Das volle Bild mit { $pixels } Pixeln und { SIZE($size_bytes) } behalte ich.
}
chat-unshown = Das Bild kann ich hier nicht zeigen.
chat-models = Modelle und Preise

## Die Auftragsliste

chat-jobs-title = Deine Bilder
chat-jobs-empty = Du hast in letzter Zeit um kein Bild gebeten. Ein paar Worte genügen für den Anfang:
chat-jobs-example = /imagine ein Leuchtturm in der Dämmerung
chat-job-queued = Wartet
chat-job-running = In Arbeit
chat-job-finished = Fertig
chat-job-moderated = Abgelehnt
chat-job-failed = Kein Bild
chat-job-unsure = Unklar
chat-job-cancelled = Abgebrochen
chat-job-upscale = Eine Vergrößerung, x{ $factor }
chat-job-open = Öffnen
chat-job-private = nur für dich
chat-job-untold = Das konnte ich dir bisher nicht zustellen.

## Formulare

chat-form-imagine = Ein Bild malen
chat-form-edit = Ändern und neu malen
chat-form-reference = Nach diesem Bild malen
chat-form-usual-model = Wie üblich: { $title }
chat-form-usual-ratio = Wie es zum Modell passt
chat-form-flags = Weitere Angaben
chat-form-flags-hint = Zum Beispiel --seed 7 oder --format png; „hilfe“ zählt alle auf.
chat-form-square = quadratisch
chat-form-landscape = Querformat
chat-form-portrait = Hochformat
chat-form-price = { MONEY($cents) } pro Bild
chat-form-price-unknown = Preis nicht veröffentlicht

## Hinweise für eine einzelne Person

chat-some-taken = Von { $count } Bildern habe ich { $taken } angenommen.
chat-wordless = Was soll ich damit machen?
