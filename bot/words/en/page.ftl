### What the channel's page says around the messages, and the HTTP door's own sentences.

page-language = en
page-title = imagebot
page-tagline = Pictures from words
page-skip = Skip to the message box
page-no-script = This page needs JavaScript to send messages and to show new ones.

## Head of the page

page-guest = Guest
page-name = Your name
page-name-hint = Shown beside what you ask for.
page-save = Save
page-usage = What I have used
page-sign-out = Sign out
page-reconnecting = Reconnecting …
page-reconnected = Connected again

## Nothing here yet

page-empty-title = What would you like to see?
page-empty-body = Write /imagine and a few words, or drop a photo here to make it larger.
page-empty-sketch = No provider’s key is set, so pictures are offline sketches, drawn by rules.
page-empty-key = Add a key
page-examples = Examples
page-example-1 = /imagine A futuristic cityscape at night --ar 16:9 --seed 42
page-example-2 = /imagine A lighthouse at dusk, watercolour --ar 3:2
page-example-3 = /imagine A fox in an autumn forest
page-example-4 = /imagine Snowy mountains above the clouds --ar 21:9

## Messages

page-log = Messages
page-earlier = Earlier messages
page-elapsed = Time so far
page-progress = Progress
page-details = Details
page-in-reply-to = In reply to
page-open-full = Open at full size, { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels
page-download = Download
page-reply = Reply
page-picture-lost = This picture can’t be loaded.
page-new-messages = New messages

## A word to one person

page-only-you = Only you can see this
page-dismiss = Dismiss
page-plain-words = Shall I paint that?
page-paint-this = Paint it
page-unknown-command = I don’t know /{ $name }. Try /imagine, /upscale or /help.
page-no-references = No model here can take a picture as a reference. Reply with “upscale” to make it larger, or describe it in words.
page-offline = I couldn’t send that: there is no connection at the moment. Your words are still in the box.

## The message box

page-composer = Message
page-placeholder = /imagine a lighthouse at dusk
page-placeholder-reply = “upscale”, or what should change
page-hint = Enter sends, Shift+Enter starts a new line. /help shows what can be said.
page-attach = Add a picture
page-attachment-remove = Remove the picture
page-drop = Drop a picture to use it
page-send = Send
page-replying = Replying to this picture
page-reply-cancel = Don’t reply
page-too-large-file = That file is larger than { NUMBER($megabytes, maximumFractionDigits: 0) } MB.
page-not-a-picture = Only PNG, JPEG and WebP pictures can be added.

## The studio panel

page-studio = Studio
page-studio-open = Open the studio panel
page-studio-close = Close the studio panel
page-studio-painting = Painting
page-studio-enlarging = Enlarging
page-studio-nothing = Nothing that can paint is switched on.
page-studio-reset = Reset
page-studio-applies = Applies to what you send next. Flags in your words come first.
page-price-unknown = price not published
page-price = { NUMBER($cents, maximumFractionDigits: 2) } ¢ a picture
page-size = Size
page-swap-sides = Swap width and height
page-seed-random = random
page-seed-dice = Roll a seed
page-seed-lock = Keep this seed
page-providers = Providers
page-vendor-on = on
page-vendor-off = off
page-vendor-keyless = needs no key
page-vendor-variable = Set { $variable }, or give a key here.
page-vendor-variable-only = { $variable } switches it on.
page-vendor-credits = { NUMBER($dollars, minimumFractionDigits: 2, maximumFractionDigits: 2) } $ left
page-vendor-fault = { $fault ->
    [bad-key] The key is not accepted any more.
    [out-of-credit] The account is out of credit.
    [throttled] It asked us to slow down.
    [unreachable] It can’t be reached at the moment.
   *[other] It failed lately.
}
page-key = Key for { $provider }
page-key-give = Check and use
page-key-remember = Remember it in this machine’s .env file
page-key-remember-hint = It is written there in plain text, readable to this account only. Otherwise it is forgotten when the bot stops.
page-key-forget = Remove the key
page-key-forget-confirm = Really remove it?
page-key-held = The key is kept on the server only.
page-key-elsewhere = Keys can be given on the machine itself, or by an admin.

## Signing in

page-login-title = Sign in
page-login-body = This studio is open to people with a token. Whoever runs it can give you one.
page-login-token = Token
page-login-enter = Enter
page-login-wrong = That token isn’t known here.

## The HTTP door

page-api-prompt-missing = Prompt is required
page-api-image-missing = Image file is required
page-api-dimensions = Image dimensions should not exceed { $limit }
page-api-bad-json = The body must be one JSON object
page-api-bad-form = The form in the body can’t be read
page-api-bad-request = The request can’t be read
page-api-field-twice = The form has the field { $field } more than once
page-api-wants-json = Send the body as application/json
page-api-wants-form = Send the body as multipart/form-data
page-api-too-long = The body is longer than { NUMBER($limit, useGrouping: 0) } KB
page-api-body-too-long = The body is too long
page-api-too-slow = The body took too long to arrive
page-api-too-fast = Too many requests; try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}
page-api-too-many-streams = Too many pages are open at once
page-api-no-such-address = There is nothing at this address
page-api-wrong-method = This address doesn’t answer this method
page-api-wrong-host = This host name is not one of ours; the setting web.allowed_hosts can add it
page-api-cross-site = Requests from other sites are not taken
page-api-token-needed = A token is needed: Authorization: Bearer <token>
page-api-token-wrong = This token is not known
