### Was Discord zeigt, bevor jemand etwas sagt: Befehle, ihre Optionen (klein, ohne Leerzeichen), Menüs. Und Hinweise nur dieser Tür.

## Befehle

discord-command-imagine = Ein Bild aus Worten malen
discord-command-upscale = Ein Bild vergrößern
discord-command-jobs = Deine Bilder: die in Arbeit und die neuesten, mit Links
discord-command-about = Was hier eingeschaltet ist, was du heute übrig hast und was aus deinen Worten wird
discord-command-help = Was du sagen kannst, mit allen Angaben
discord-menu-upscale = Vergrößern
discord-menu-reference = Als Vorlage

## Ihre Optionen

discord-option-prompt = worte
discord-option-model = modell
discord-option-aspect = seitenverhältnis
discord-option-width = breite
discord-option-height = höhe
discord-option-steps = schritte
discord-option-guidance = texttreue
discord-option-upsampling = ausschmücken
discord-option-safety = filtertoleranz
discord-option-image = bild
discord-option-count = anzahl
discord-option-private = privat
discord-option-spoiler = verdeckt
discord-option-factor = faktor

discord-hint-prompt = Was du sehen möchtest, in deinen Worten; ohne Worte öffnet sich ein Formular
discord-hint-model = Welches Modell malt; jedes hat seinen Stil und seinen Preis
discord-hint-aspect = Die Form, Breite zu Höhe
discord-hint-width = Wie breit, in Pixeln
discord-hint-height = Wie hoch, in Pixeln
discord-hint-seed = Gleicher Seed und gleiche Worte ergeben wieder dasselbe Bild
discord-hint-steps = Mehr Schritte: feinere Einzelheiten, längeres Warten
discord-hint-guidance = Hoch: nah an deinen Worten. Niedrig: freier
discord-hint-upsampling = Der Anbieter darf deine Worte ausschmücken
discord-hint-safety = 0 ist der strengste Filter; in diesem Kanal ist vielleicht weniger als 6 erlaubt
discord-hint-image = Ein Bild, an dem sich das neue orientiert
discord-hint-count = Wie viele Bilder; jedes kostet für sich
discord-hint-private = Nur du siehst es
discord-hint-spoiler = Verdeckt, bis jemand daraufklickt
discord-hint-source = Das Bild, das größer werden soll
discord-hint-factor = Wievielmal so lang jede Seite wird

## Hinweise für eine Person

discord-fetched = Ich habe das Bild
discord-fetched-body = Es hat einen Moment gebraucht. Die Antwort folgt.
discord-slow-picture = Dieses Bild kommt zu langsam an, um vorher ein Formular zu öffnen. Nimm /imagine mit Worten und Bild zusammen; dann kann ich darauf warten.
discord-some-taken = Von { $count } Bildern habe ich { $taken } angenommen.
discord-unread = Antworten, in denen ich nicht erwähnt bin, kann ich nicht lesen. Erwähne mich in deiner Antwort, mit „vergrößern“ oder mit Worten für ein neues Bild; oder öffne das Menü der Nachricht mit dem Bild und wähle Apps.
discord-unseen-words = Die Nachricht, auf die du antwortest, kann ich nicht sehen. Ist darin ein Bild, dann öffne ihr Menü und wähle Apps → Als Vorlage. Sind es nur Worte, dann erwähne mich, ohne auf sie zu antworten.
