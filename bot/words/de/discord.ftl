### Was Discord zeigt, bevor jemand etwas sagt: Befehle, ihre Optionen (klein, ohne Leerzeichen), Menüs. Und Hinweise nur dieser Tür.

## Befehle

discord-command-imagine = Ein Bild aus Worten malen
discord-command-upscale = Ein Bild vergrößern
discord-command-jobs = Deine Bilder: was gerade entsteht und die neuesten, mit Links
discord-command-usage = Was du verbraucht hast und was übrig ist; wer moderiert, liest es von allen
discord-command-about = Was ich hier kann, was du heute übrig hast und was aus deinen Worten wird
discord-command-help = Was du sagen und drücken kannst, mit allen Angaben
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
discord-hint-safety = 0 ist der strengste Filter; wie weit du gehen darfst, hängt vom Kanal ab
discord-hint-image = Eine Vorlage, an der sich das neue Bild orientiert
discord-hint-count = Wie viele Bilder; jedes kostet für sich
discord-hint-private = Nur du siehst es
discord-hint-spoiler = Verdeckt, bis jemand daraufklickt
discord-hint-source = Das Bild, das größer werden soll
discord-hint-factor = Wievielmal so lang jede Seite wird

## Hinweise für eine Person

discord-delete-note = Das Bild verschwindet aus diesem Kanal und aus meiner Sammlung. Das lässt sich nicht rückgängig machen.
discord-fetched = Ich habe das Bild
discord-fetched-body = Es hat einen Moment gebraucht. Die Antwort folgt.
discord-slow-picture = Dieses Bild kommt zu langsam an, um vorher ein Formular zu öffnen. Nimm /imagine mit Worten und Bild zusammen; dann kann ich darauf warten.
discord-wordless-body = Drück einen Knopf, oder erwähne mich mit Worten für ein neues Bild nach diesem.
discord-help-body =
    /imagine ein Leuchtturm in der Dämmerung
    malt ein Bild. Jede Einstellung ist eine Option; lass die Worte weg, dann öffnet sich ein Formular.

    Vergrößern
    macht ein Bild größer: der Knopf darunter, /upscale mit einer Datei, oder Apps → Vergrößern im Menü jeder Nachricht.

    Als Vorlage
    malt ein neues Bild nach diesem, wenn das Modell das kann: der Knopf, oder Apps → Als Vorlage.

    @bot vergrößern
    als Antwort auf ein Bild macht es größer; „x2“ oder „x4“ sagt, wie viel. Mit anderen Worten entsteht ein neues Bild danach. In Kanälen lese ich nur Antworten, die mich erwähnen.

    /jobs
    zeigt deine Bilder und wie es um sie steht.

    /usage
    zeigt, was du verbraucht hast und was noch übrig ist.

    /about
    zeigt die Modelle, was du heute übrig hast und was aus deinen Worten wird.

    In den Worten dürfen auch Einstellungen stehen:

    { help-flags }
discord-help-brief =
    Ein Bild: /imagine ein Leuchtturm in der Dämmerung

    Größer: Antworte auf ein Bild und erwähne mich mit „vergrößern“, oder drück den Knopf darunter.

    Ein neues danach: Antworte darauf und erwähne mich mit Worten.

    Alles, was ich kann, nur für dich: /help
discord-unread = Antworten, in denen ich nicht erwähnt bin, kann ich nicht lesen. Erwähne mich in deiner Antwort, mit „vergrößern“ oder mit Worten für ein neues Bild; oder öffne das Menü der Nachricht mit dem Bild und wähle Apps.
discord-unseen-words = Die Nachricht, auf die du antwortest, kann ich nicht sehen. Ist darin ein Bild, dann öffne ihr Menü und wähle Apps → Als Vorlage. Sind es nur Worte, dann erwähne mich, ohne auf sie zu antworten.
