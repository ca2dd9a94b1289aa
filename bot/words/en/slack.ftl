### What Slack shows before anything is said, as the app's manifest has it. And its door's own notes.

## The app: its card, what opens a talk with it

slack-app = Paints pictures from your words and makes pictures larger, here where you talk.
slack-app-talk = Tell me in your own words what you want to see, and I paint it. Send me a picture with the word “upscale”, and I make it larger.
slack-prompt-scene = A lighthouse at dusk, in watercolour
slack-prompt-portrait = A portrait of a curious robot, soft light --ar 4:5
slack-prompt-wide = A quiet harbour in the rain --ar 16:9

## Commands and the menu of a message

slack-command-imagine = Paint a picture from words; with none, a form opens
slack-command-imagine-usage = a lighthouse at dusk --ar 3:2
slack-command-upscale = Make a picture larger; a form opens for it
slack-command-upscale-usage = x2 or x4, if you like
slack-command-usage = What you have used and what is left; admins read everybody’s
slack-menu-upscale = Upscale
slack-menu-upscale-hint = Make the picture in this message larger
slack-menu-reference = Use as reference
slack-menu-reference-hint = Paint a new picture like the one in this message

## What can be said, and what is asked back

slack-help-body =
    /imagine a lighthouse at dusk
    paints a picture; leave the words out and a form opens with every setting.

    /upscale
    makes a picture larger: a file of yours, or one of the channel’s latest.

    Upscale · Use as reference
    are the buttons below every picture of mine. For a picture that somebody posted, both are under More actions (⋮) on its message.

    @imagebot upscale
    in the thread of a picture makes it larger; “x2” or “x4” says how much. Other words paint a new picture, like that one where the model can.

    Direct messages to me
    are pictures to paint; a file with “upscale” comes back larger.

    /usage
    shows what you have used, and what is left.

    My Home tab
    shows your pictures and how they stand, and what you have left today.

    The words may also hold settings:

    { help-flags }
slack-help-brief =
    A picture: /imagine a lighthouse at dusk

    Larger: mention me with “upscale” in its thread, or press its button.

    A new one like it: mention me in its thread with words.

    All that I can do: write “help” to me directly.
slack-usage-plot = The plot of it is in your direct messages with me.
slack-home-empty = You haven’t asked for a picture lately. Write to me directly what you want to see, or begin in any channel:
slack-wordless-body = Press a button, or send it again with words for a new picture like this one.
slack-taken = On it
slack-taken-body = There is a crush here just now, so nothing shows yet. Your picture is being made and will be posted.

## Forms, and around a message

slack-form-paint = Paint
slack-form-upscale = Make a picture larger
slack-form-recent = The latest pictures here
slack-form-file-or-recent = A file that you add here is taken in place of the picture above.
slack-form-flags-hint = For example --raw or --format png; write “help” to me directly to see them all.
slack-form-count-hint = Each is charged by itself.
slack-form-loading = One moment
slack-form-loading-body = I’m looking for the latest pictures here.
slack-form-close = Close
slack-delete-note = The picture goes from its message and from what I keep. That can’t be undone.
slack-confirm-deny = Never mind
slack-in-thread = You’ll find it in the thread: Slack wouldn’t show it in this message.
slack-status = is working on your picture …

## Installing the app in a workspace: the page at the end

slack-install-done = It’s installed
slack-install-done-body = { $kind ->
    [organisation] I’m installed for { $team }. Choose the workspaces next that I’m to be in.
   *[workspace] I’m in { $team } now.
}

    Write to me directly, mention me in a channel, or type /imagine with what you want to see.
slack-install-open = Go to Slack
slack-install-denied = Nothing was installed
slack-install-denied-body = You said no on Slack’s page, so I’m not in your workspace. Should you change your mind, begin again here.
slack-install-stale = Please begin again
slack-install-stale-body = An installation must be finished in the browser that began it, within ten minutes. This one was not, or it was finished already.
slack-install-refused = Slack didn’t finish it
slack-install-refused-body = Slack took the installation back. Please try once more; if it happens again, tell whoever runs me: the reason is in my log.
slack-install-broken = That didn’t work
slack-install-broken-body = Something broke between Slack and me. Please try once more in a minute; if it happens again, tell whoever runs me.
slack-install-again = Begin again
