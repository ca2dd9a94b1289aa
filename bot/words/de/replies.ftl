### Was Menschen im Kanal lesen. Angaben kommen aus errors.py und reply.py; eine fehlende Angabe heißt "absent".

nothing-to-say = Bei uns ist etwas schiefgegangen. Bitte versuch es gleich noch einmal.

## Wann es weitergeht

again-at = { SOON($retry_at) ->
    [yes] { IN($retry_at) }
   *[no] um { CLOCK($retry_at) }
}

## Abgelehnt: nichts wurde gekauft

error-refused = Das geht leider nicht. Es hat nichts gekostet.
error-prompt-missing = Sag mir, was ich malen soll: Schreib ein paar Worte hinter /imagine, zum Beispiel „/imagine ein Leuchtturm in der Dämmerung“.
error-prompt-too-long = Der Prompt hat { $length } Zeichen, { $limit } passen. Bitte kürze ihn ein wenig.
error-unknown-flag = { $meant ->
    [absent] { $flag } kenne ich nicht. Möglich sind: { $possible }.
   *[other] { $flag } kenne ich nicht. Meintest du { $meant }? Sag mir „hilfe“, dann zähle ich alle auf.
}
error-bad-value = { $value ->
    [absent] { $label }: Der Wert fehlt. Möglich: { $allowed }.
   *[other] { $label }: „{ $value }“ geht nicht. Möglich: { $allowed }.
}
error-unknown-model = „{ $model }“ gibt es hier nicht. Möglich sind: { $possible }.
error-no-offer = { $kind ->
    [reference] Kein Modell hier kann ein Bild als Vorlage nehmen. Beschreib es mit Worten oder vergrößere es.
    [upscale] Kein Modell hier kann Bilder vergrößern.
    [imagine] Kein Modell hier kann das malen.
   *[other] Kein Modell hier kann das.
}
error-too-fast = Einen Moment: { $limit ->
    [one] Hier ist nur { $limit } Bild
   *[other] Hier sind höchstens { $limit } Bilder
} pro Minute möglich. Du kannst { again-at } wieder fragen.
error-too-many-jobs = { $limit ->
    [one] Ein Bild von dir ist noch in Arbeit, und hier geht nur eins auf einmal. Bitte warte darauf.
   *[other] { $limit } Bilder von dir sind noch in Arbeit, mehr nehme ich nicht auf einmal an. Bitte warte auf eines davon.
}
error-quota-spent = { $limit ->
    [one] Dein Bild für heute hast du schon.
   *[other] Deine { $limit } Bilder für heute sind aufgebraucht.
} Du kannst { again-at } wieder fragen.
error-place-closed = In diesem Kanal bin ich nicht zugelassen. Wer diesen Bot betreibt, kann ihn öffnen.
error-role-missing = { $door ->
    [discord] Dafür brauchst du hier eine bestimmte Rolle. Frag jemanden, der hier die Rollen vergibt.
   *[other] Hier male ich nur für einen bestimmten Kreis, und du gehörst noch nicht dazu. Wer diesen Bot betreibt, kann das ändern.
}
error-not-invited = { $command ->
    [absent] An diesem Gespräch nehme ich nicht teil und kann auch nicht dazukommen. Schreib mir direkt oder frag in einem Kanal.
   *[other] In diesem Kanal bin ich noch nicht. Gib hier { $command } ein und frag mich dann noch einmal.
}
error-stranger = In einem Kanal, den sich Organisationen teilen, male ich nur für die Leute der einen, die mich betreibt. Bitte jemanden von ihnen, mich für dich zu fragen.
error-busy = Gerade fragen so viele auf einmal, dass ich das nicht annehmen konnte. Es wurde nichts berechnet. Bitte frag in einer Minute noch einmal.
error-picture-missing = Welches Bild? Ich sehe hier keins. Antworte auf das, das du meinst, oder füge eins als Datei hinzu.
error-picture-unknown = Dieses Bild finde ich nicht mehr. Du kannst es noch einmal als Datei hinzufügen.
error-picture-unseen = { $door ->
    [discord] Das Bild in dieser Nachricht darf ich nicht sehen. Öffne das Menü der Nachricht und wähle Apps → Vergrößern oder Apps → Als Vorlage; oder nimm /upscale und füge das Bild hinzu.
   *[other] Das Bild in dieser Nachricht darf ich nicht sehen. Bitte füge es als Datei hinzu.
}
error-picture-unreachable = Ich konnte dieses Bild nicht holen. Bitte schick es noch einmal als Datei.
error-not-a-picture = Diese Datei ist kein Bild, das ich lesen kann. Ich nehme { $allowed }.
error-broken-picture = Dieses Bild ist beschädigt oder unvollständig. Bitte speichere es neu und schick es noch einmal.
error-file-too-large = { $size_bytes ->
    [absent] Diese Datei ist zu groß. Erlaubt sind { SIZE($limit_bytes) }.
   *[other] Diese Datei hat { SIZE($size_bytes) }, erlaubt sind { SIZE($limit_bytes) }. Bitte verkleinere sie.
}
error-picture-too-large = Dieses Bild hat { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } Pixel; möglich sind höchstens { $limit }. Bitte verkleinere es vorher.
error-picture-too-small = Dieses Bild hat { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } Pixel; nötig sind mindestens { $limit }.
error-job-unknown = Diesen Auftrag kenne ich nicht mehr.
error-not-yours = Das kann nur, wer um dieses Bild gebeten hat, oder die Moderation.
error-too-late = Der Auftrag ist schon beendet.
error-no-task = Ich kenne keine Aufgabe, nach der ich den Bilddienst fragen könnte. Wer mich betreibt, sieht in dessen Abrechnung, ob das berechnet wurde, und kann es abschließen.
error-still-unsure = Der Bilddienst kann noch nicht sagen, wie das ausging. Ich frage noch einen Tag lang nach und sage es hier, sobald er es weiß.
error-outdated = Das stammt aus einer anderen Version von mir, und ich kenne es nicht mehr. Bitte nimm eine neuere Nachricht, oder versuch den Befehl in einer Minute noch einmal.
error-duplicate = Ich bin schon dabei.
error-closing = Ich werde gerade neu gestartet. Bitte frag in einer Minute noch einmal.
error-key-refused = { $provider } hat diesen Schlüssel nicht angenommen. Bitte prüfe, ob er vollständig kopiert ist.
error-key-unchecked = { $provider } war nicht zu erreichen. Der Schlüssel wurde deshalb nicht geprüft und nicht gespeichert. Bitte versuch es später noch einmal.
error-key-not-here = Schlüssel nehme ich nur am Rechner selbst oder von einem Admin an.

## Ein Anbieter ist gescheitert: nichts wurde berechnet

error-provider = Beim Bilddienst hat es nicht geklappt. Es wurde nichts berechnet; bitte versuch es noch einmal.
error-rejected = Der Bilddienst hat eine der Einstellungen nicht angenommen. Es wurde nichts berechnet; bitte ändere sie und versuch es noch einmal.
error-language = Dieses Modell versteht nur Englisch. Es wurde nichts berechnet; schreib den Prompt bitte auf Englisch oder wähle ein anderes Modell.
error-bad-key = Der Bilddienst lässt uns gerade nicht hinein. Es wurde nichts berechnet. Darum muss sich kümmern, wer diesen Bot betreibt; bis dahin kannst du ein anderes Modell wählen.
error-out-of-credit = Unser Guthaben beim Bilddienst ist aufgebraucht. Es wurde nichts berechnet. Wer diesen Bot betreibt, muss es aufladen; bis dahin kannst du ein anderes Modell wählen.
error-throttled = Beim Bilddienst ist gerade viel los. Es wurde nichts berechnet; bitte versuch es in einer Minute noch einmal.
error-unreachable = Der Bilddienst ist gerade nicht zu erreichen. Es wurde nichts berechnet; bitte versuch es in einer Minute noch einmal.
error-broken = Beim Bilddienst ist etwas schiefgegangen. Es wurde nichts berechnet; bitte versuch es noch einmal.
error-vanished = Der Bilddienst hat dieses Bild aus den Augen verloren. Dir wurde nichts berechnet; bitte versuch es noch einmal.
error-link-gone = Das Bild wurde gemalt, aber sein Download-Link galt nicht mehr, bevor ich es hatte. Dir wurde nichts berechnet; bitte versuch es noch einmal.
error-overdue = Das hat zu lange gedauert, deshalb warte ich nach { $deadline_s ->
    [one] { $deadline_s } Sekunde
   *[other] { $deadline_s } Sekunden
} nicht weiter. Dir wurde nichts berechnet; bitte versuch es noch einmal.
error-worker-died = Das Programm, das hier Bilder macht, wurde unerwartet beendet. Es wurde nichts berechnet; bitte versuch es noch einmal, vielleicht mit einem kleineren Bild.

error-unsure = Gleich nach dem Abschicken ist die Verbindung abgerissen, deshalb weiß ich nicht, ob das Bild gemacht wurde. Vielleicht wurde es berechnet. Soll ich es noch einmal versuchen? Dann wird es vielleicht ein zweites Mal berechnet.
failed-billed = Ich kann kein Bild zeigen, aber der Anbieter hat dafür { $cost } berechnet. Das tut mir leid.
billed-picture-lost = Dieses Bild wurde gemalt, war aber weg, bevor ich es holen konnte. Der Anbieter hat dafür { $cost } berechnet. Das tut mir leid.
error-picture-lost = Dieses Bild wurde gemalt, war aber weg, bevor ich es holen konnte. Vielleicht hat der Anbieter dafür etwas berechnet; wie viel, weiß ich nicht. Das tut mir leid.
error-never-made = Es gibt kein Bild: Wie sich herausstellte, wurde es nie gemalt. Berechnet wurde nichts; bitte versuch es noch einmal.

## Die Antwort an ihren Ort bringen

error-delivery = Ich konnte die Antwort hier nicht posten.
error-place-gone = Den Kanal oder die Nachricht dazu gibt es nicht mehr.
error-place-shut = Ich darf hier nichts posten. Bitte frag jemanden, der diesen Kanal verwaltet, ob ich hereindarf.
error-place-busy = Dieser Kanal nimmt gerade keine Nachrichten an. Ich versuche es weiter.

error-house = Bei uns ist etwas schiefgegangen. Dir wurde nichts berechnet. Im Protokoll steht, was es war; bitte versuch es noch einmal.
error-away = Dieser Teil des Bots war zu lange weg, und ein anderer hat übernommen.
error-disk-full = Hier ist kein Platz mehr für neue Bilder. Wer diesen Bot betreibt, muss welchen schaffen.
error-storage-down = Der Speicher für Bilder antwortet gerade nicht. Bitte versuch es in ein paar Minuten noch einmal.
error-storage-shut = Der Speicher für Bilder lässt mich nicht hinein. Darum muss sich kümmern, wer diesen Bot betreibt.
error-settings = Hier ist etwas nicht richtig eingerichtet. Darum muss sich kümmern, wer diesen Bot betreibt.
error-bot = Bei uns ist etwas schiefgegangen. Bitte versuch es gleich noch einmal.

## Wie es ausging

title-refused = Das hat nicht geklappt
title-moderated = Das hier leider nicht
title-failed = Diesmal kein Bild
title-unsure = Unklar, wie das ausging
title-cancelled = Abgebrochen
finished-imagine = Hier ist dein Bild
finished-upscale = { $factor ->
    [2] Hier ist es, doppelt so groß
   *[other] Hier ist es, { $factor }-mal so groß
}
moderated-prompt = Der Bilddienst hat diese Worte abgelehnt. Es wurde nichts gemalt, und es hat nichts gekostet. Beschreib es anders: ohne echte Personen, ohne Marken, ohne Gewalt oder Anstößiges.
moderated-image = Das Bild wurde gemalt, aber der Sicherheitsfilter des Dienstes hat es zurückgehalten. Es hat nichts gekostet. Ein anderer Seed oder leicht andere Worte helfen oft.
moderated-source = Der Bilddienst wollte dieses Bild nicht vergrößern. Es hat nichts gekostet. Versuch es mit einem Bild ohne echte Personen, Gewalt oder Anstößiges.
moderated-reasons = Als Grund nannte er: { $reasons }.
cancelled = Das wurde abgebrochen, bevor es begann. Es hat nichts gekostet.
cancelled-billed = Das wurde abgebrochen, aber der Anbieter hatte schon begonnen und berechnet { $cost }.

## Unterwegs

announce-imagine = Ich male
announce-upscale = { $factor ->
    [2] Ich mache es doppelt so groß
   *[other] Ich mache es { $factor }-mal so groß
}
state-queued = { $ahead ->
    [0] Du bist als Nächstes dran.
    [one] { $ahead } Bild ist vor deinem dran.
   *[other] { $ahead } Bilder sind vor deinem dran.
}
state-paused = { $reason ->
    [throttled] Der Bilddienst will eine Pause. Um { CLOCK($until) } mache ich weiter.
    [out-of-credit] Unser Guthaben beim Bilddienst ist aufgebraucht; wer diesen Bot betreibt, kann das sehen. Um { CLOCK($until) } frage ich wieder.
   *[down] Der Bilddienst ist ausgefallen. Um { CLOCK($until) } versuche ich es wieder.
}
state-instead = { $reason ->
    [throttled] { $of } will eine lange Pause
    [out-of-credit] Unser Guthaben bei { $of } ist aufgebraucht
    [bad-key] { $of } lässt uns nicht hinein
   *[down] { $of } ist ausgefallen
}, deshalb übernimmt { $provider ->
    [local] dieser Rechner
   *[other] { $by }
}.
state-submitting = Ich gebe es ab.
state-running = In Arbeit.
state-stopping = Ich breche ab.

## Bildunterschriften

label-prompt = Prompt
label-model = Modell
label-provider = Anbieter
label-seed = Seed
label-size = Größe
label-cost = Kosten
label-by = Angefragt von
label-steps = Schritte
label-guidance = Texttreue
label-prompt_upsampling = Prompt ausschmücken
label-safety_tolerance = Filtertoleranz
label-raw = Natürlicher Look
label-output_format = Format
label-count = Anzahl der Bilder
label-width = Breite
label-height = Höhe
label-ratio = Seitenverhältnis
label-task = Vorgang
label-status = Status
label-asked = Gewünscht
label-file = Datei
label-took = Dauer
label-engine = Verfahren
label-factor = Faktor
label-reasons = Gründe
label-made = Gemacht
label-job = Auftrag
label-references = Vorlagen
label-key = Schlüssel

value-on = an
value-off = aus
value-number = { NUMBER($number, useGrouping: 0) }
value-seconds = { $seconds } s

cost-free = kostenlos
cost-unknown = unbekannt

## Modelle und Anbieter von uns selbst

offer-local-sketch = Offline-Skizze
offer-local-upscale = Offline-Vergrößerung
vendor-local = Dieser Computer

## Hinweise

note-instead = Von { $provider ->
    [local] diesem Rechner
   *[other] { $by }
}, denn { $reason ->
    [throttled] { $of } wollte eine lange Pause
    [out-of-credit] unser Guthaben bei { $of } war aufgebraucht
    [bad-key] { $of } ließ uns nicht hinein
   *[down] { $of } war ausgefallen
}.
note-snapped = Du wolltest { $asked }; am nächsten kommt dieses Modell mit { $made }.
note-ignored = Das hat dieses Modell nicht: { $names }.
note-sketch = Eine Offline-Skizze, nach Regeln gezeichnet. Dabei war kein KI-Modell im Spiel.
note-resubmitted = Die Antwort auf den ersten Kauf ging unterwegs verloren, deshalb habe ich das noch einmal gekauft, wie es hier eingestellt ist. Vielleicht wird beides berechnet.
note-twice = Dieses hatte ich aus den Augen verloren, und du hast inzwischen noch einmal darum gebeten: Vielleicht gibt es jetzt zwei davon, und jedes wird berechnet.
note-understood = Verstanden: { $words }.
note-understood-nothing = Ich habe kein Motiv erkannt, deshalb ist es eine abstrakte Szene.
note-add-key = Für richtige Bilder fehlt ein Schlüssel: Setze BFL_API_KEY oder STABILITY_API_KEY oder nimm das Studio-Panel.
note-engine-ncnn = Vergrößert von einem neuronalen Netz.
note-engine-numpy = Vergrößert von einem neuronalen Netz, auf dem langsameren Weg.
note-engine-lanczos = Vergrößert durch Umrechnen und Schärfen, ohne neuronales Netz.

alt-imagine = Bild zu den Worten: { $prompt }
alt-upscale = { $prompt ->
    [absent] Vergrößertes Bild
   *[other] Vergrößertes Bild zu den Worten: { $prompt }
}
alt-upload = Als Datei hinzugefügtes Bild

## Über mich, und Rückfragen

about-title = Über mich
about-body = Ich male Bilder aus Worten und vergrößere Bilder, mit den Modellen unten.
about-quota = Du hast heute { $left ->
    [0] keins deiner { $limit } Bilder mehr übrig; neue gibt es { again-at }.
    [one] noch { $left } von { $limit } Bildern übrig.
   *[other] noch { $left } von { $limit } Bildern übrig.
}
about-no-quota = Du kannst so viele Bilder haben, wie du magst; heute { $used ->
    [one] ist { $used } für dich entstanden.
   *[other] sind { $used } für dich entstanden.
}
about-privacy = Deine Worte und Bilder bleiben auf der Maschine, auf der ich laufe, bis du das Bild löschst. Deine Worte gehen an den Dienst, der malt; in Protokolle werden sie nicht geschrieben.{ $door ->
    [slack] {""}
   *[other] {" "}Private Bilder siehst nur du.
}
which-title = Welches Bild?
which-body = In dieser Nachricht sind { $count } Bilder. Wähle eins.
which-button = Bild { $number }

## Knöpfe

button-upscale = Vergrößern
button-again = Noch eins
button-edit = Prompt ändern
button-reference = Als Vorlage
button-cancel = Abbrechen
button-delete = Löschen
button-retry = Noch mal versuchen
button-look = Noch mal nachsehen
button-cancel-confirm = Wirklich abbrechen?
button-delete-confirm = Wirklich löschen?
button-retry-confirm = Noch einmal versuchen, auch wenn es doppelt berechnet wird?

## Was das Studio-Panel zu jedem Regler sagt

control-hint-prompt = Was du sehen möchtest, in deinen Worten.
control-hint-model = Welches Modell malt; jedes hat seinen Stil und seinen Preis.
control-hint-provider = Wer das Bild macht.
control-hint-seed = Gleicher Seed und gleiche Worte ergeben wieder dasselbe Bild. Lass ihn offen, wenn du dich überraschen lassen möchtest.
control-hint-steps = Mehr Schritte: feinere Einzelheiten, längeres Warten.
control-hint-guidance = Hoch: nah an deinen Worten. Niedrig: freier.
control-hint-prompt_upsampling = Der Anbieter darf deine Worte ausschmücken.
control-hint-safety_tolerance = 0 ist der strengste Filter; höhere Zahlen lassen mehr durch.
control-hint-raw = Weniger geglättet, eher wie ein Foto.
control-hint-output_format = Die Art der Datei: WebP ist klein, PNG genau, JPEG lässt sich überall öffnen.
control-hint-width = In Pixeln.
control-hint-height = In Pixeln.
control-hint-ratio = Die Form des Bildes, Breite zu Höhe.
control-hint-factor = Wievielmal so lang jede Seite wird.
control-hint-references = Bilder, an denen sich das neue orientiert.

## Hilfe

help-title = Was du sagen kannst
help-flags =
    --ar 16:9    die Form, Breite zu Höhe
    --size 1024x768    die genaue Größe in Pixeln; auch --width und --height
    --seed 42    noch einmal dasselbe Bild
    --model flux-dev    ein anderes Modell; --provider stability ein anderer Anbieter
    --steps 30    mehr Einzelheiten, längeres Warten
    --guidance 3    wie genau es deinen Worten folgt
    --upsample    schmückt deine Worte aus
    --raw    ein natürlicherer Look
    --safety 2    wie streng der Filter ist; 0 ist am strengsten
    --format png    webp, png oder jpeg
help-body =
    /imagine ein Leuchtturm in der Dämmerung
    malt ein Bild. Außer den Worten kann alles wegbleiben; diese Angaben dürfen überall dazwischenstehen:

    { help-flags }

    Zum Beispiel: /imagine eine Stadt bei Nacht --ar 16:9 --seed 42

    vergrößern
    als Antwort auf ein Bild macht es größer; ein eigenes Bild hineinziehen geht auch. „x2“ oder „x4“ sagt, wie viel.

    Antworte mit Worten auf ein Bild, dann entsteht ein neues danach, wenn das Modell das kann.

    /usage
    zeigt, was du verbraucht hast und was noch übrig ist.

    /help
    zeigt diese Hilfe.

## It was bought, and nobody knows how it ends

unsure-overdue = Das hat zu lange gedauert, deshalb warte ich nach { $deadline_s ->
    [one] { $deadline_s } Sekunde
   *[other] { $deadline_s } Sekunden
} nicht länger. Vielleicht wird es dort noch fertig und berechnet. Soll ich es noch einmal versuchen? Dann wird es vielleicht ein zweites Mal berechnet.
unsure-vanished = Der Bilddienst hat den Auftrag angenommen und dann aus den Augen verloren. Vielleicht wurde er berechnet. Soll ich es noch einmal versuchen? Dann wird es vielleicht ein zweites Mal berechnet.
unsure-house = Bei uns ist etwas schiefgegangen, nachdem ich es abgegeben hatte, deshalb weiß ich nicht, wie es ausging. Vielleicht wurde es berechnet. Soll ich es noch einmal versuchen? Dann wird es vielleicht ein zweites Mal berechnet.
unsure-no-offer = Sein Anbieter wurde hier ausgeschaltet, bevor das Bild zurück war, deshalb weiß ich nicht, wie es ausging. Vielleicht wurde es berechnet. Soll ich es noch einmal versuchen? Dann wird es vielleicht ein zweites Mal berechnet.
