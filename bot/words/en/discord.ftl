### What Discord shows before anything is said: commands, their options (lower case, no spaces), menus. And its door's own notes.

## Commands

discord-command-imagine = Paint a picture from words
discord-command-upscale = Make a picture larger
discord-command-jobs = Your pictures: those in the making and the latest, with links
discord-command-about = What is switched on here, what you have left today, and what becomes of your words
discord-command-help = What you can say, with every flag
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
discord-hint-width = In pixels
discord-hint-height = In pixels
discord-hint-seed = The same seed and words give the same picture again
discord-hint-steps = More steps: finer detail, a longer wait
discord-hint-guidance = High: close to your words. Low: freer
discord-hint-upsampling = Let the provider embellish your words
discord-hint-safety = 0 is the strictest filter; this channel may allow less than 6
discord-hint-image = A picture that the new one should take after
discord-hint-count = How many pictures, each with its own price
discord-hint-private = Only you see it
discord-hint-spoiler = Covered until somebody clicks it
discord-hint-source = The picture to make larger
discord-hint-factor = How many times larger each side becomes

## Notes to one person

discord-fetched = I have the picture
discord-fetched-body = It took a moment to arrive. The answer follows.
discord-slow-picture = That picture takes too long to arrive before a form can open. Use /imagine with both the words and the picture; then I can wait for it.
discord-some-taken = I took on { $taken } of { $count } pictures.
discord-unread = I can’t read replies that don’t mention me. Mention me in your reply, with “upscale” or with words for a new picture; or open the picture’s message menu and choose Apps.
discord-unseen-words = I can’t see the message you reply to. If it has a picture, open its menu and choose Apps → Use as reference. If it has only words, mention me without replying to it.
