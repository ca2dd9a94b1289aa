### What Discord shows before anything is said: commands, their options (lower case, no spaces), menus. And its door's own notes.

## Commands

discord-command-imagine = Paint a picture from words
discord-command-upscale = Make a picture larger
discord-command-jobs = Your pictures: those in the making and the latest, with links
discord-command-usage = What you have used and what is left; moderators read everybody’s
discord-command-about = What I can do here, what you have left today, and what becomes of your words
discord-command-help = What you can say and press, with every setting
discord-menu-upscale = Upscale
discord-menu-reference = Use as reference

## Their options

discord-option-prompt = prompt
discord-option-model = model
discord-option-aspect = aspect
discord-option-width = width
discord-option-height = height
discord-option-steps = steps
discord-option-guidance = guidance
discord-option-upsampling = prompt_upsampling
discord-option-safety = safety_tolerance
discord-option-image = image
discord-option-count = count
discord-option-private = private
discord-option-spoiler = spoiler
discord-option-factor = factor

discord-hint-prompt = What you want to see, in your own words; leave it out and a form opens
discord-hint-model = Which model paints; each has its own look and price
discord-hint-aspect = The shape, width to height
discord-hint-width = How wide, in pixels
discord-hint-height = How high, in pixels
discord-hint-seed = The same seed and words give the same picture again
discord-hint-steps = More steps: finer detail, a longer wait
discord-hint-guidance = High: close to your words. Low: freer
discord-hint-upsampling = Let the provider embellish your words
discord-hint-safety = 0 is the strictest filter; how far you may go depends on the channel
discord-hint-image = A picture to use as a reference for the new one
discord-hint-count = How many pictures; each is charged by itself
discord-hint-private = Shown to you alone
discord-hint-spoiler = Covered until somebody clicks it
discord-hint-source = The picture to make larger
discord-hint-factor = How many times larger each side becomes

## Notes to one person

discord-delete-note = The picture goes from this channel and from what I keep. That can’t be undone.
discord-fetched = I have the picture
discord-fetched-body = It took a moment to arrive. The answer follows.
discord-slow-picture = That picture takes too long to arrive before a form can open. Use /imagine with both the words and the picture; then I can wait for it.
discord-wordless-body = Press a button, or mention me with words for a new picture like this one.
discord-help-body =
    /imagine a lighthouse at dusk
    paints a picture. Every setting is an option; leave the words out and a form opens.

    Upscale
    makes a picture larger: the button below it, /upscale with a file, or Apps → Upscale in the menu of any message.

    Use as reference
    paints a new picture like that one, where the model can: the button, or Apps → Use as reference.

    @bot upscale
    in reply to a picture makes it larger; “x2” or “x4” says how much. Other words in place of it paint a new picture like that one. In channels I only read replies that mention me.

    /jobs
    shows your pictures and how they stand.

    /usage
    shows what you have used, and what is left.

    /about
    shows the models, what you have left today, and what becomes of your words.

    The words may also hold settings:

    { help-flags }
discord-help-brief =
    A picture: /imagine a lighthouse at dusk

    Larger: reply to a picture and mention me with “upscale”, or press its button.

    A new one like it: reply to it and mention me with words.

    All that I can do, shown to you alone: /help
discord-unread = I can’t read replies that don’t mention me. Mention me in your reply, with “upscale” or with words for a new picture; or open the picture’s message menu and choose Apps.
discord-unseen-words = I can’t see the message you reply to. If it has a picture, open its menu and choose Apps → Use as reference. If it has only words, mention me without replying to it.
