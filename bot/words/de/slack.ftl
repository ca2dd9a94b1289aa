### Was Slack zeigt, bevor jemand etwas sagt, wie es im Manifest der App steht. Und Hinweise nur dieser Tür.

## Die App: ihre Karte, der Anfang eines Gesprächs

slack-app = Malt Bilder aus deinen Worten und macht Bilder größer, gleich hier, wo ihr euch unterhaltet.
slack-app-talk = Sag mir in deinen Worten, was du sehen möchtest, und ich male es. Schick mir ein Bild mit dem Wort „vergrößern“, und ich mache es größer.
slack-prompt-scene = Ein Leuchtturm in der Dämmerung, als Aquarell
slack-prompt-portrait = Porträt eines neugierigen Roboters, weiches Licht --ar 4:5
slack-prompt-wide = Ein stiller Hafen im Regen --ar 16:9

## Befehle und das Menü einer Nachricht

slack-command-imagine = Ein Bild aus Worten malen; ohne Worte öffnet sich ein Formular
slack-command-imagine-usage = ein Leuchtturm in der Dämmerung --ar 3:2
slack-command-upscale = Ein Bild vergrößern; dafür öffnet sich ein Formular
slack-command-upscale-usage = x2 oder x4, wenn du magst
slack-command-usage = Was du verbraucht hast und was übrig ist; Admins lesen es von allen
slack-menu-upscale = Vergrößern
slack-menu-upscale-hint = Das Bild in dieser Nachricht größer machen
slack-menu-reference = Als Vorlage
slack-menu-reference-hint = Ein neues Bild nach dem in dieser Nachricht malen

## Was man sagen kann, und Rückfragen

slack-help-body =
    /imagine ein Leuchtturm in der Dämmerung
    malt ein Bild; lass die Worte weg, und ein Formular mit allen Einstellungen öffnet sich.

    /upscale
    vergrößert ein Bild: eine Datei von dir oder eines der letzten im Kanal.

    Vergrößern · Als Vorlage
    sind die Knöpfe unter jedem Bild von mir. Bei Bildern, die jemand gepostet hat, steht beides im Menü der Nachricht (⋮).

    @imagebot vergrößern
    im Thread eines Bildes vergrößert es; „x2“ oder „x4“ sagt, wie sehr. Mit anderen Worten entsteht ein neues Bild, nach diesem, wenn das Modell das kann.

    Direktnachrichten an mich
    werden zu Bildern; eine Datei mit „vergrößern“ kommt größer zurück.

    /usage
    zeigt, was du verbraucht hast und was noch übrig ist.

    Mein Home-Tab
    zeigt deine Bilder und ihren Stand, und was dir heute noch bleibt.

    In den Worten dürfen auch Einstellungen stehen:

    { help-flags }
slack-help-brief =
    Ein Bild: /imagine ein Leuchtturm in der Dämmerung

    Größer: erwähne mich in seinem Thread mit „vergrößern“, oder drück seinen Knopf.

    Ein neues nach seinem Vorbild: erwähne mich in seinem Thread mit Worten.

    Alles, was ich kann: schreib mir direkt „hilfe“.
slack-usage-plot = Das Diagramm dazu steht in deinen Direktnachrichten mit mir.
slack-home-empty = Du hast in letzter Zeit um kein Bild gebeten. Schreib mir direkt, was du sehen möchtest, oder fang in irgendeinem Kanal an:
slack-wordless-body = Drück einen Knopf, oder schick es noch einmal mit Worten für ein neues Bild nach diesem.
slack-taken = Bin dran
slack-taken-body = Hier ist gerade Gedränge, deshalb ist noch nichts zu sehen. Dein Bild entsteht und wird gepostet.

## Formulare, und rund um eine Nachricht

slack-form-paint = Malen
slack-form-upscale = Ein Bild vergrößern
slack-form-recent = Die neuesten Bilder hier
slack-form-file-or-recent = Fügst du hier eine Datei hinzu, nehme ich sie statt des Bildes oben.
slack-form-flags-hint = Zum Beispiel --raw oder --format png; schreib mir direkt „hilfe“, dann siehst du alle.
slack-form-count-hint = Jedes kostet für sich.
slack-form-loading = Einen Moment
slack-form-loading-body = Ich suche die neuesten Bilder hier.
slack-form-close = Schließen
slack-delete-note = Das Bild verschwindet aus seiner Nachricht und aus meiner Sammlung. Das lässt sich nicht rückgängig machen.
slack-confirm-deny = Lieber nicht
slack-in-thread = Du findest es im Thread: In dieser Nachricht wollte Slack es nicht zeigen.
slack-status = arbeitet an deinem Bild …

## Die App in einem Workspace installieren: die Seite am Ende

slack-install-done = Installiert
slack-install-done-body = { $kind ->
    [organisation] Ich bin für { $team } installiert. Wähle als Nächstes die Workspaces, in die ich soll.
   *[workspace] Ich bin jetzt in { $team }.
}

    Schreib mir direkt, erwähne mich in einem Kanal oder tippe /imagine und was du sehen möchtest.
slack-install-open = Zu Slack
slack-install-denied = Nichts wurde installiert
slack-install-denied-body = Du hast auf der Seite von Slack abgelehnt, also bin ich nicht in deinem Workspace. Falls du es dir anders überlegst, fang hier neu an.
slack-install-stale = Bitte fang neu an
slack-install-stale-body = Eine Installation muss in dem Browser enden, in dem sie begonnen hat, und zwar innerhalb von zehn Minuten. Das war hier nicht so, oder sie war schon fertig.
slack-install-refused = Slack hat es nicht abgeschlossen
slack-install-refused-body = Slack hat die Installation zurückgewiesen. Versuch es bitte noch einmal; wenn es wieder passiert, sag denen Bescheid, die mich betreiben: Der Grund steht in meinem Log.
slack-install-broken = Das hat nicht geklappt
slack-install-broken-body = Zwischen Slack und mir ist etwas schiefgegangen. Versuch es bitte in einer Minute noch einmal; wenn es wieder passiert, sag denen Bescheid, die mich betreiben.
slack-install-again = Neu anfangen
