### What people read in a channel. Facts come from errors.py and reply.py; a fact that is missing reads "absent".

nothing-to-say = Something went wrong on our side. Please try again in a moment.

## When to come back

again-at = { SOON($retry_at) ->
    [yes] { IN($retry_at) }
   *[no] at { CLOCK($retry_at) }
}

## The desk says no: nothing was bought

error-refused = I can’t do that. Nothing was charged.
error-prompt-missing = Tell me what to paint: write a few words after /imagine, for example “/imagine a lighthouse at dusk”.
error-prompt-too-long = That prompt has { $length } characters and { $limit } fit. Please shorten it a little.
error-unknown-flag = { $meant ->
    [absent] I don’t know { $flag }. You can use: { $possible }.
   *[other] I don’t know { $flag }. Did you mean { $meant }? Say “help” to me, and I list all of them.
}
error-bad-value = { $value ->
    [absent] { $label }: the value is missing. Allowed: { $allowed }.
   *[other] { $label }: “{ $value }” won’t work. Allowed: { $allowed }.
}
error-unknown-model = I don’t have “{ $model }” here. You can choose from: { $possible }.
error-no-offer = { $kind ->
    [reference] No model here can take a picture as a reference. Describe it in words, or make it larger.
    [upscale] No model here can make pictures larger.
    [imagine] No model here can paint that.
   *[other] No model here can do that.
}
error-too-fast = One moment: { $limit ->
    [one] you can have only { $limit } picture
   *[other] you can have up to { $limit } pictures
} a minute here. You can ask again { again-at }.
error-too-many-jobs = { $limit ->
    [one] A picture of yours is still being made, and I take only one at a time. Please wait for it.
   *[other] { $limit } pictures of yours are still being made, and that is as many as I take at once. Please wait for one of them.
}
error-quota-spent = { $limit ->
    [one] You’ve had today’s picture.
   *[other] You’ve had all { $limit } of today’s pictures.
} You can ask again { again-at }.
error-place-closed = I’m not open in this channel. Whoever runs this bot can open it.
error-role-missing = { $door ->
    [discord] You need a certain role here before I may paint for you. Ask somebody who manages the roles here.
   *[other] I paint only for some people here, and you’re not among them yet. Whoever runs this bot can change that.
}
error-not-invited = { $command ->
    [absent] I’m not part of this conversation and can’t join it. Write to me directly, or ask in a channel.
   *[other] I’m not in this channel yet. Type { $command } here, and then ask me again.
}
error-stranger = In a channel that organisations share, I paint only for people of the one that runs me. Ask one of them to ask me for you.
error-busy = So many people are asking at this moment that I couldn’t take this on. Nothing was charged. Please ask again in a minute.
error-picture-missing = Which picture? I don’t see one here. Reply to the one you mean, or add one as a file.
error-picture-unknown = I can’t find that picture any more. You can add it again as a file.
error-picture-unseen = { $door ->
    [discord] I’m not allowed to see the picture in that message. Open the message’s menu and choose Apps → Upscale or Apps → Use as reference; or use /upscale and add the picture.
   *[other] I’m not allowed to see the picture in that message. Please add it as a file.
}
error-picture-unreachable = I couldn’t fetch that picture. Please send it once more as a file.
error-not-a-picture = That file isn’t a picture I can read. I take { $allowed }.
error-broken-picture = That picture is damaged or incomplete. Please save it again and send it once more.
error-file-too-large = { $size_bytes ->
    [absent] That file is too large. The limit is { SIZE($limit_bytes) }.
   *[other] That file is { SIZE($size_bytes) }, and the limit is { SIZE($limit_bytes) }. Please make it smaller.
}
error-picture-too-large = That picture is { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels; the most I can take is { $limit }. Please make it smaller first.
error-picture-too-small = That picture is { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels; it needs to be at least { $limit }.
error-job-unknown = I don’t know that request any more.
error-not-yours = Only the person who asked for this picture, or a moderator, can do that.
error-too-late = That one has already ended.
error-no-task = I know of no task that I could ask the picture service about. Whoever runs me can see in its bill whether this was charged, and settle it.
error-still-unsure = The picture service can’t say yet how this ended. I’ll keep asking for a day, and tell you here as soon as it knows.
error-outdated = That is from another version of me, and I don’t know it any more. Please use a newer message, or try the command again in a minute.
error-duplicate = I’m already on it.
error-closing = I’m just being restarted. Please ask again in a minute.
error-key-refused = { $provider } did not accept this key. Please check that it was copied whole.
error-key-unchecked = { $provider } could not be reached, so the key is unchecked and was not kept. Please try again later.
error-key-not-here = Keys are only taken on the machine itself or from an admin.

## A provider failed: nothing was charged

error-provider = The picture service failed. Nothing was charged; please try again.
error-rejected = The picture service did not accept one of the settings. Nothing was charged; please change it and try again.
error-language = This model only understands English. Nothing was charged; please write the prompt in English or choose another model.
error-bad-key = The picture service won’t let us in at the moment. Nothing was charged. Our operator has to look at it; until then you can choose another model.
error-out-of-credit = Our credit with the picture service is used up. Nothing was charged. Our operator has to top it up; until then you can choose another model.
error-throttled = The picture service is very busy right now. Nothing was charged; please try again in a minute.
error-unreachable = The picture service can’t be reached right now. Nothing was charged; please try again in a minute.
error-broken = Something went wrong at the picture service. Nothing was charged; please try again.
error-vanished = The picture service lost track of this picture. Nothing was charged to you; please try again.
error-link-gone = The picture was made, but its download link stopped working before I had it. Nothing was charged to you; please try again.
error-overdue = This took too long, so I stopped waiting after { $deadline_s ->
    [one] { $deadline_s } second
   *[other] { $deadline_s } seconds
}. Nothing was charged to you; please try again.
error-worker-died = The program that makes pictures here stopped unexpectedly. Nothing was charged; please try again, perhaps with a smaller picture.

error-unsure = The connection broke right after I sent this off, so I can’t tell whether the picture was made. It may have been charged. Shall I try again? That may be charged a second time.
failed-billed = There is no picture to show, but the provider charged { $cost } for this one. I’m sorry.
billed-picture-lost = This picture was made, but it was gone before I could fetch it. The provider charged { $cost } for it. I’m sorry.
error-picture-lost = This picture was made, but it was gone before I could fetch it. The provider may have charged for it; I don’t know how much. I’m sorry.
error-never-made = There is no picture: as it turned out, it was never made. Nothing was charged; please try again.

## Getting the answer to its place

error-delivery = I couldn’t post the answer here.
error-place-gone = The channel or message this belongs to no longer exists.
error-place-shut = I’m not allowed to post here. Please ask someone who runs this channel to let me in.
error-place-busy = This channel isn’t taking messages at the moment. I’ll try again.

error-house = Something went wrong on our side. Nothing was charged to you. Our operator can see it in the log; please try again.
error-away = This part of the bot was away for too long, and another has taken over.
error-disk-full = There is no room left here for new pictures. Our operator has to make room.
error-storage-down = The storage for pictures does not answer at the moment. Please try again in a few minutes.
error-storage-shut = The storage for pictures does not let me in. Our operator has to look at it.
error-settings = Something is not set up properly here. Our operator has to look at it.
error-bot = Something went wrong on our side. Please try again in a moment.

## How it ended

title-refused = That didn’t work
title-moderated = Not this one
title-failed = No picture this time
title-unsure = Not sure how this ended
title-cancelled = Stopped
finished-imagine = Here is your picture
finished-upscale = { $factor ->
    [2] Here it is, twice as large
   *[other] Here it is, { $factor } times as large
}
moderated-prompt = The picture service declined these words, so nothing was painted and it cost nothing. Try describing it differently, without real people, brands or anything violent or explicit.
moderated-image = The picture was painted, but the service’s safety filter held it back. It cost nothing. Another seed or slightly different words often help.
moderated-source = The picture service declined to enlarge this picture, and it cost nothing. Try one without real people or anything violent or explicit.
moderated-reasons = The reason it gave: { $reasons }.
cancelled = It was stopped before it began, and cost nothing.
cancelled-billed = It was stopped, but the provider had already begun and is charging { $cost }.

## On its way

announce-imagine = Painting
announce-upscale = { $factor ->
    [2] Making it twice as large
   *[other] Making it { $factor } times as large
}
state-queued = { $ahead ->
    [0] You’re next.
    [one] { $ahead } picture is ahead of yours.
   *[other] { $ahead } pictures are ahead of yours.
}
state-paused = { $reason ->
    [throttled] The picture service asked for a pause. I’ll go on at { CLOCK($until) }.
    [out-of-credit] Our credit with the picture service is used up, and our operator can see that. I’ll ask again at { CLOCK($until) }.
   *[down] The picture service is down. I’ll try again at { CLOCK($until) }.
}
state-instead = { $reason ->
    [throttled] { $of } asked for a long pause
    [out-of-credit] Our credit with { $of } is used up
    [bad-key] { $of } won’t let us in
   *[down] { $of } is down
}, so { $provider ->
    [local] this computer
   *[other] { $by }
} takes over.
state-submitting = Handing it over.
state-running = In the making.
state-stopping = Stopping.

## Captions

label-prompt = Prompt
label-model = Model
label-provider = Provider
label-seed = Seed
label-size = Size
label-cost = Cost
label-by = Asked by
label-steps = Steps
label-guidance = Guidance
label-prompt_upsampling = Prompt upsampling
label-safety_tolerance = Safety tolerance
label-raw = Natural look
label-output_format = Format
label-count = Number of pictures
label-width = Width
label-height = Height
label-ratio = Aspect ratio
label-task = Task
label-status = Status
label-asked = Asked for
label-file = File
label-took = Took
label-engine = Engine
label-factor = Factor
label-reasons = Reasons
label-made = Made
label-job = Job
label-references = Reference pictures
label-key = Key

value-on = on
value-off = off
value-number = { NUMBER($number, useGrouping: 0) }
value-seconds = { $seconds } s

cost-free = free
cost-unknown = unknown

## Models and providers of our own making

offer-local-sketch = Offline sketch
offer-local-upscale = Offline upscale
vendor-local = This computer

## Notes

note-instead = By { $provider ->
    [local] this computer
   *[other] { $by }
}, since { $reason ->
    [throttled] { $of } asked for a long pause
    [out-of-credit] our credit with { $of } was used up
    [bad-key] { $of } wouldn’t let us in
   *[down] { $of } was down
}.
note-snapped = You asked for { $asked }; the nearest this model makes is { $made }.
note-ignored = This model doesn’t have: { $names }.
note-sketch = An offline sketch, drawn by rules. No AI model was used.
note-resubmitted = The answer to the first purchase was lost on the way, so I bought this a second time, as set here. Both may be charged.
note-twice = I had lost sight of this one, and you asked for it again meanwhile: there may be two of it now, each of them charged.
note-understood = Understood: { $words }.
note-understood-nothing = I didn’t recognise a subject, so this is an abstract scene.
note-add-key = For real pictures, add a key: set BFL_API_KEY or STABILITY_API_KEY, or use the studio panel.
note-engine-ncnn = Enlarged by a neural network.
note-engine-numpy = Enlarged by a neural network, on the slower engine.
note-engine-lanczos = Enlarged by resampling and sharpening, without a neural network.

alt-imagine = Picture for the words: { $prompt }
alt-upscale = { $prompt ->
    [absent] Enlarged picture
   *[other] Enlarged picture for the words: { $prompt }
}
alt-upload = Picture added as a file

## About, and questions back

about-title = About me
about-body = I paint pictures from words and make pictures larger, with the models below.
about-quota = You have { $left ->
    [0] no pictures left today, out of { $limit }; there are new ones { again-at }.
    [one] { $left } of { $limit } pictures left today.
   *[other] { $left } of { $limit } pictures left today.
}
about-no-quota = You may ask for as many pictures as you like; { $used ->
    [one] { $used } has been made for you today.
   *[other] { $used } have been made for you today.
}
about-privacy = Your words and pictures are kept on the machine that I run on, until you delete the picture. Your words go to the service that paints; they are not written into logs.{ $door ->
    [slack] {""}
   *[other] {" "}Private pictures are shown to you alone.
}
which-title = Which picture?
which-body = There are { $count } pictures in that message. Choose one.
which-button = Picture { $number }

## Buttons

button-upscale = Upscale
button-again = Again
button-edit = Edit prompt
button-reference = Use as reference
button-cancel = Cancel
button-delete = Delete
button-retry = Try again
button-look = Look again
button-cancel-confirm = Really stop?
button-delete-confirm = Really delete?
button-retry-confirm = Try again, even if it is charged twice?

## What the studio panel says about each control

control-hint-prompt = What you want to see, in your own words.
control-hint-model = Which model paints; each has its own look and price.
control-hint-provider = Who makes the picture.
control-hint-seed = The same seed and words give the same picture again. Leave it open for a surprise.
control-hint-steps = More steps: finer detail, a longer wait.
control-hint-guidance = High: close to your words. Low: freer.
control-hint-prompt_upsampling = Lets the provider embellish your words.
control-hint-safety_tolerance = 0 is the strictest filter; higher numbers let more through.
control-hint-raw = Less polished, more like a photograph.
control-hint-output_format = The file type: WebP is small, PNG exact, JPEG opens everywhere.
control-hint-width = In pixels.
control-hint-height = In pixels.
control-hint-ratio = The shape of the picture, width to height.
control-hint-factor = How many times larger each side becomes.
control-hint-references = Pictures to use as a reference for the new one.

## Help

help-title = What you can say
help-flags =
    --ar 16:9    the shape, width to height
    --size 1024x768    the exact size in pixels; also --width and --height
    --seed 42    the same picture again
    --model flux-dev    another model; --provider stability another provider
    --steps 30    more detail, a longer wait
    --guidance 3    how closely it follows your words
    --upsample    embellishes your words
    --raw    a more natural look
    --safety 2    how strict the filter is, 0 being the strictest
    --format png    webp, png or jpeg
help-body =
    /imagine a lighthouse at dusk
    paints a picture. Only the words are needed; these may stand anywhere among them:

    { help-flags }

    For example: /imagine a city at night --ar 16:9 --seed 42

    upscale
    in reply to a picture makes it larger; so does dropping in a picture of your own. “x2” or “x4” says how much.

    Reply to a picture with words to get a new one like it, where the model can do that.

    /usage
    shows what you have used, and what is left.

    /help
    shows this.

## It was bought, and nobody knows how it ends

unsure-overdue = This took too long, so I stopped waiting after { $deadline_s ->
    [one] { $deadline_s } second
   *[other] { $deadline_s } seconds
}. It may still be finished over there and charged. Shall I try again? That may be charged a second time.
unsure-vanished = The picture service took this on and then lost track of it. It may have been charged. Shall I try again? That may be charged a second time.
unsure-house = Something went wrong on our side after I had handed it in, so I don’t know how it ended. It may have been charged. Shall I try again? That may be charged a second time.
unsure-no-offer = Its provider was switched off here before the picture came back, so I don’t know how it ended. It may have been charged. Shall I try again? That may be charged a second time.
