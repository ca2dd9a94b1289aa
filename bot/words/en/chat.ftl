### What the doors of chat platforms add to the house's own sentences: captions, the list of jobs, forms.

## Around a message

chat-progress = { $bar } { NUMBER($percent, maximumFractionDigits: 0) }% done
chat-started = started { $when }
chat-refitted = { $size_bytes ->
    [absent] Re-encoded to fit here. I keep the full picture, { $pixels } pixels.
   *[other] Re-encoded to fit here. I keep the full picture, { $pixels } pixels and { SIZE($size_bytes) }.
}
chat-unshown = I can’t show the picture here.
chat-models = Models and prices

## The list of jobs

chat-jobs-title = Your pictures
chat-jobs-empty = You haven’t asked for a picture lately. A few words are enough to begin:
chat-jobs-example = /imagine a lighthouse at dusk
chat-job-queued = Waiting
chat-job-running = In the making
chat-job-finished = Done
chat-job-moderated = Declined
chat-job-failed = No picture
chat-job-unsure = Unclear
chat-job-cancelled = Stopped
chat-job-upscale = An enlargement, x{ $factor }
chat-job-open = Open
chat-job-private = for you alone
chat-job-untold = I couldn’t deliver this one before.

## Forms

chat-form-imagine = Paint a picture
chat-form-edit = Change and paint again
chat-form-reference = Paint from this picture
chat-form-usual-model = As usual: { $title }
chat-form-usual-ratio = The model’s own shape
chat-form-flags = Further settings
chat-form-flags-hint = For example --seed 7 or --format png; “help” lists them all.
chat-form-square = square
chat-form-landscape = landscape
chat-form-portrait = portrait
chat-form-price = { MONEY($cents) } a picture
chat-form-price-unknown = price not published

## Notes to one person

chat-some-taken = I took on { $taken } of { $count } pictures.
chat-wordless = What shall I do with it?
