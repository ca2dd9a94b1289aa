### What the operator reads in the terminal.

## Starting

terminal-banner = imagebot { $version }
terminal-settings-from = Settings: { $file }
terminal-settings-default = Settings: the defaults, since there is no config.toml
terminal-doors = Doors
terminal-providers = Providers
terminal-door-open = open at { $where }
terminal-discord-open = open as { $name }, { $count ->
    [0] in no server yet
    [one] in one server
   *[other] in { $count } servers
}
terminal-discord-waiting = waiting for Discord
terminal-on = on
terminal-on-keyless = on, needs no key
terminal-off = off; set { $variable }
terminal-off-set = off; { $setting } is false
terminal-off-unnamed = off; not in providers.order
terminal-provider-unnamed = { $provider } is off; it is not in providers.order
terminal-address = Open { $url } in your browser
terminal-ready = Ready in { $seconds } s. Ctrl-C ends it.

remark-old-key = { $old } is taken for { $variable }. Please rename it.
remark-short-token = The web token “{ $name }” has fewer than { $limit } characters and can be guessed. A longer one is safer.

remark-discord-planted = Discord had no commands of this bot yet, so I brought them there. People may have to restart Discord to see them.
remark-discord-unreachable = Discord cannot be reached yet. I keep trying.
remark-discord-alone =
    The bot is in no Discord server yet. Open this link to bring it into yours:
    { $url }

## Stopping

terminal-stopping = Stopping. Pictures under way go on at the next start.
terminal-stopped = Stopped.

## imagebot check

check-title = What is configured, line by line
check-settings = Settings read
check-store = Pictures and jobs are kept in { $place }
check-store-fault = { $place } cannot be used: { $reason }
check-database = The database is up to date
check-provider = { $provider } works
check-provider-credits = { $provider } works; { $money } left
check-provider-off = { $provider } is off; set { $variable } to switch it on
check-provider-fault = { $provider } does not work: { $reason }
check-door-off = { $door } is off; set { $variable } to switch it on
check-door-shut = { $door } is off; { $setting } is false
check-engine-ncnn = It enlarges pictures with a neural network (ncnn).
check-engine-numpy = It enlarges pictures with a neural network, slowly: ncnn does not run here.
check-engine-lanczos = It enlarges pictures without a neural network: its weights are missing. Fetch them with `{ $command }` and start again.
check-well = Everything that is configured works.
check-unwell = { $count ->
    [one] One thing needs attention.
   *[other] { $count } things need attention.
}

## imagebot check: Discord

check-discord = Discord: signed in as { $name }
check-discord-token = Discord does not accept DISCORD_TOKEN. Copy it anew from the Developer Portal: your application, Bot, Reset Token.
check-discord-fault = Discord: { $listed }
check-discord-refused = Discord refused what I asked (HTTP { $status }, code { $code }).
check-discord-read = Discord: may read messages (Message Content Intent)
check-discord-read-fault = Discord: { $setting } is true, but the bot may not read messages. Switch it on in the Developer Portal: your application, Bot, Message Content Intent.
check-discord-unread = Discord: reads only what mentions the bot; { $setting } = true shows it the picture that somebody replies to
check-discord-endpoint = Discord: commands never arrive, since the application has an Interactions Endpoint URL. Clear it in the Developer Portal: your application, General Information.
check-discord-code-grant = Discord: the invite link does not work. Switch Requires OAuth2 Code Grant off in the Developer Portal: your application, Bot.
check-discord-commands = Discord: { $count ->
    [one] one command, up to date
   *[other] { $count } commands, up to date
}
check-discord-commands-none = Discord: no commands yet; the first start brings them there
check-discord-commands-fault = Discord: commands are out of date ({ $names }). Run `{ $command }`.
check-discord-alone = Discord: in no server yet. `{ $command }` prints the link that brings the bot into one.
check-discord-servers = Discord: in { $count ->
    [one] one server, { $names }
   *[other] { $count } servers: { $names }
}
check-discord-server-fault = Discord: in { $server } the bot's role lacks { $listed }
check-discord-direct = Discord: direct messages are open
check-discord-channel = Discord: { $kind ->
    [category] category { $channel }
    [forum] forum { $channel }
    [thread] thread { $channel }
   *[channel] #{ $channel }
} in { $server } is open, with all that is needed
check-discord-channel-fault = Discord: { $kind ->
    [category] in category { $channel }
    [forum] in forum { $channel }
    [thread] in thread { $channel }
   *[channel] in #{ $channel }
} in { $server } the bot lacks { $listed }
check-discord-channel-gone = Discord: channel { $channel } does not exist; take it out of discord.channels
check-discord-channel-unseen = Discord: channel { $channel } is closed to the bot. It is not in that server, or lacks View Channels there.
check-discord-channel-odd = Discord: “{ $channel }” in discord.channels is no channel. Right-click a channel, Copy Channel ID; Developer Mode, in your own settings under Advanced, must be on.
check-discord-channel-private = Discord: { $channel } in discord.channels is one person's direct messages. "dm" opens everybody's.

permission-view-channel = View Channels
permission-send-messages = Send Messages
permission-send-messages-in-threads = Send Messages in Threads
permission-embed-links = Embed Links
permission-attach-files = Attach Files
permission-read-message-history = Read Message History

## imagebot discord

sync-added = new: { $name }
sync-changed = changed: { $name }
sync-edit = { $path }: was { $was }, becomes { $now }
sync-removed = removed: { $name }
sync-same = { $count ->
    [0] There is nothing to change
    [one] Discord's one command is up to date
   *[other] Discord's { $count } commands are up to date
}
sync-dry = Only shown, not sent. Leave --dry-run out to do it.
sync-done = Discord's commands are up to date now. People may have to restart Discord to see it.
sync-twice = In that server, commands that everybody has appear twice now. To take these away again: `{ $command }`
sync-no-server = The bot is not in server { $guild }, or was invited there without commands. `imagebot discord invite` prints the link for it.

terminal-discord-invite =
    This link brings the bot into a server that you manage:
    { $url }
terminal-discord-install =
    This one adds it to a single person's account, wherever they write (Installation in the Developer Portal must allow User Install):
    { $url }
terminal-discord-owner-only = Only the application's owner can use them: Public Bot is off in the Developer Portal.

## Reasons, in short

reason-bad-key = the key is not accepted
reason-out-of-credit = the account is empty
reason-unreachable = it cannot be reached
reason-throttled = it is limiting our calls
reason-language = it does not take this language
reason-stranger = what answers there is not Discord; look at discord.api_url
reason-broken = it answers with an error
reason-provider = it failed
reason-rejected = it did not accept what was asked
reason-vanished = it lost the task
reason-link-gone = its download link did not work
reason-overdue = it took too long
reason-worker-died = its program stopped unexpectedly
reason-not-writable = it cannot be written

## imagebot imagine, upscale, jobs

terminal-saved = Saved as { $path }
terminal-working = Working
terminal-no-jobs = There are no jobs yet.
terminal-not-a-file = { $path } is not a file I can read.
terminal-exists = { $path } exists already. Use --force to replace it.

## Doors that this release does not have yet, and what runs already

remark-door-coming = { $variable } is set, but this release has no { $door } door yet.
check-running = imagebot is running: { $place }
