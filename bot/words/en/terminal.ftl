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
terminal-slack-open = open{ $name ->
    [Slack] {""}
   *[other] {" "}in { $name }
}, over { $mode ->
    [http] HTTP
   *[socket] Socket Mode
}
terminal-slack-waiting = waiting for Slack
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

remark-pictures-here = Pictures lie in { $folder } on this machine. Hosts that share the database need them too: by store.pictures_url, or in a folder that they share.
remark-alert-nowhere = policy.alert_places: nobody is told anything in { $place }, since no door of that name is switched on.
remark-discord-planted = Discord had no commands of this bot yet, so I brought them there. People may have to restart Discord to see them.
remark-discord-unreachable = Discord cannot be reached yet. I keep trying.
remark-discord-alone =
    The bot is in no Discord server yet. Open this link to bring it into yours:
    { $url }

remark-slack-unreachable = Slack cannot be reached yet. I keep trying.
remark-slack-install =
    Workspaces install the Slack app with this link:
    { $url }

## Stopping

terminal-stopping = Stopping. Pictures under way go on at the next start.
terminal-stopped = Stopped.

## imagebot check

check-title = What is configured, line by line
check-settings = Settings read
check-store = { $keeps ->
    [all] Pictures and jobs are kept in { $place }
    [pictures] Pictures are kept in { $place }
    [jobs] Jobs are kept in { $place }
   *[little] Pictures pass through { $place }
}
check-store-fault = { $place } cannot be used: { $reason }
check-pictures = Pictures are kept in { $place }
check-pictures-fault = Pictures cannot be kept in { $place }: { $reason }
check-pictures-public = Everybody can read the pictures in { $place } without a key. Close it; at Amazon that is called Block Public Access.
check-pictures-late = { $count ->
    [one] One picture waits on this disk until it can be brought there.
   *[other] { $count } pictures wait on this disk until they can be brought there.
}
check-database = { $server ->
    [yes] Jobs are kept in PostgreSQL, which is up to date
   *[no] The database is up to date
}
check-database-new = The database is new. The first start makes its tables.
check-database-older = The database can be used. It was written by an older imagebot: `imagebot run` or `imagebot migrate` brings it up to date. Back it up first.
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

## imagebot check: Slack

check-slack = Slack: signed in as { $name } in { $team }
check-slack-two-ways = Slack: SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set. Keep the first for one workspace, or the second for many, and unset the other.
check-slack-lacks = Slack: { $variable ->
    [SLACK_APP_TOKEN] Socket Mode needs SLACK_APP_TOKEN. Generate it in your app at api.slack.com/apps: Basic Information, App-Level Tokens, with the scope connections:write.
    [SLACK_SIGNING_SECRET] slack.mode = "http" needs SLACK_SIGNING_SECRET. Copy it from your app at api.slack.com/apps: Basic Information, App Credentials.
    [SLACK_CLIENT_SECRET] SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it. Copy it from your app at api.slack.com/apps: Basic Information, App Credentials.
    [SLACK_ENCRYPTION_KEY] the tokens of many workspaces are kept encrypted, which needs SLACK_ENCRYPTION_KEY. `imagebot slack key` makes one.
    [public_url] an app for many workspaces needs slack.public_url, the https address that they install it from.
   *[SLACK_BOT_TOKEN] SLACK_BOT_TOKEN is not set. Copy it from your app at api.slack.com/apps: OAuth & Permissions, Bot User OAuth Token.
}
check-slack-misplaced = Slack: { $variable } holds { $found ->
    [app] an app-level token, which belongs in SLACK_APP_TOKEN
    [bot] a bot token, which belongs in SLACK_BOT_TOKEN
    [user] a person’s own token
    [rotating] a token that expires after twelve hours, since token rotation is on. Make the app anew without it, or use SLACK_CLIENT_ID
   *[unknown] something else
}. What belongs there begins with { $variable ->
    [SLACK_APP_TOKEN] xapp-: your app at api.slack.com/apps, Basic Information, App-Level Tokens.
   *[SLACK_BOT_TOKEN] xoxb-: your app at api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token.
}
check-slack-key-odd = Slack: SLACK_ENCRYPTION_KEY is not a key, or several with commas between. `imagebot slack key` makes one.
check-slack-token = Slack does not accept { $variable }{ $why ->
    [revoked] : the app was removed from the workspace, or the token was revoked. Install the app again, then copy the token anew
    [expired] : it has expired. Copy it anew
   *[unknown] . Copy it anew
} from your app at api.slack.com/apps: { $variable ->
    [SLACK_APP_TOKEN] Basic Information, App-Level Tokens.
   *[SLACK_BOT_TOKEN] OAuth & Permissions, Bot User OAuth Token.
}
check-slack-fault = Slack: { $listed }
check-slack-refused = Slack refused what I asked ({ $word }).
check-slack-scopes = Slack: the bot has all { $count } scopes that it needs
check-slack-scopes-fault = Slack: the bot lacks { $count ->
    [one] the scope { $names }
   *[other] the scopes { $names }
}. Paste what `{ $command }` prints into your app at api.slack.com/apps, App Manifest; then reinstall the app: Install App.
check-slack-scopes-spare = Slack: the bot does not need { $count ->
    [one] the scope { $names }
   *[other] the scopes { $names }
}, so you may take { $count ->
    [one] it
   *[other] them
} away
check-slack-socket = Slack: Socket Mode works
check-slack-socket-scope = Slack: SLACK_APP_TOKEN lacks the scope connections:write. Generate another with it in your app at api.slack.com/apps: Basic Information, App-Level Tokens.
check-slack-socket-off = Slack: Socket Mode is off. Switch it on in your app at api.slack.com/apps: Socket Mode.
check-slack-socket-many = Slack: ten sockets are open already, which is all that Slack allows. Stop a bot that you no longer need, or lower slack.connections.
check-slack-two-apps = Slack: SLACK_BOT_TOKEN and SLACK_APP_TOKEN come from two apps, so nothing would arrive. Copy both from the same one.
check-slack-called = Slack: calls { $url }, once the bot runs and your app has this address as its Request URL
check-slack-installable = Slack: workspaces install the app at { $url }
check-slack-client = Slack does not accept { $variable }. Copy it anew from your app at api.slack.com/apps: Basic Information, App Credentials.
check-slack-redirect = Slack: the app lacks the address that an installation comes back to. Add it in your app at api.slack.com/apps, OAuth & Permissions, Redirect URLs: { $url }
check-slack-direct = Slack: direct messages are open
check-slack-channel = Slack: #{ $channel } is open, and the bot is in it
check-slack-channel-joins = Slack: #{ $channel } is open; the bot joins it when somebody first asks there
check-slack-channel-unseen = Slack: the bot cannot see channel { $channel }. If it does not exist, take it out of slack.channels; if it is private, type this there: `{ $invite }`
check-slack-channel-archived = Slack: #{ $channel } is archived; take it out of slack.channels
check-slack-channel-scope = Slack: channel { $channel } cannot be looked at before the bot has its scopes
check-slack-channel-odd = Slack: “{ $channel }” in slack.channels is no channel’s id. Open the channel and click its name: the id, such as C0123ABCD, is at the bottom of About. "dm" opens direct messages.

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

## imagebot slack

setup-slack-paste = { $step }. Open { $url }, choose “From a manifest” and your workspace, and paste the above in place of what is in the JSON tab.
setup-slack-open = { $step }. Open the link above, choose your workspace and create the app.
setup-slack-install = { $step }. In the app, Install App: install it, and copy the Bot User OAuth Token into .env as SLACK_BOT_TOKEN.
setup-slack-client = { $step }. Basic Information, App Credentials: copy Client ID and Client Secret into .env as SLACK_CLIENT_ID and SLACK_CLIENT_SECRET. SLACK_ENCRYPTION_KEY comes from `imagebot slack key`.
setup-slack-distribute = { $step }. Manage Distribution: activate public distribution, so that other workspaces may install the app.
setup-slack-app-token = { $step }. Basic Information, App-Level Tokens: generate one with the scope connections:write, and copy it into .env as SLACK_APP_TOKEN.
setup-slack-signing-secret = { $step }. Basic Information, App Credentials: copy the Signing Secret into .env as SLACK_SIGNING_SECRET.
setup-slack-check = { $step }. `imagebot check` says whether all is well, and `imagebot run` starts the bot.
setup-slack-verify = { $step }. Once it runs, App Manifest: verify the Request URL, so that Slack begins to call it.
setup-slack-agent = Slack makes this app an agent: a talk with it is shown in threads, guests of the workspace cannot use it, and it stays so. slack.assistant = "off" leaves that out.
setup-slack-again = To bring your app up to date, paste the above there, App Manifest, at api.slack.com/apps. Where Slack then asks for it, reinstall the app.
setup-slack-key = Put it into .env as SLACK_ENCRYPTION_KEY, and keep a copy: without it, every workspace has to install the app again.
setup-slack-key-further = SLACK_ENCRYPTION_KEY is set already. To change over, put the new key in front of the old one, with a comma between.

## Reasons, in short

reason-bad-key = the key is not accepted
reason-out-of-credit = the account is empty
reason-unreachable = it cannot be reached
reason-throttled = it is limiting our calls
reason-language = it does not take this language
reason-stranger = what answers there is not Discord; look at discord.api_url
reason-slack-stranger = what answers there is not Slack; look at slack.api_url
reason-broken = it answers with an error
reason-provider = it failed
reason-rejected = it did not accept what was asked
reason-vanished = it lost the task
reason-link-gone = its download link did not work
reason-overdue = it took too long
reason-worker-died = its program stopped unexpectedly
reason-storage-down = it does not answer
reason-storage-shut = it does not let us write, read and remove. Check the address, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what this key may do there.
reason-not-writable = it cannot be written

## imagebot imagine, upscale, jobs

terminal-saved = Saved as { $path }
terminal-working = Working
terminal-off-elsewhere = left to other processes
terminal-no-worker = Pictures are made by processes that run with --worker.
status-queued = queued
status-running = running
status-finished = finished
status-moderated = moderated
status-failed = failed
status-unsure = unsure
status-cancelled = cancelled
terminal-no-jobs = There are no jobs yet.
terminal-no-jobs-of = No job is { $status }.
terminal-nothing-stuck = Nothing is stuck: no job is late, untold or unsure.
terminal-rerun = { $job } waits for its turn again.
terminal-not-rerun = { $job } cannot run again: it is { $status }. Only a job that surely ended without a picture, and whose words are still kept, can run again.
terminal-settled-charged = { $job } is settled: the picture was paid for and is lost. The bot tells its person.
terminal-settled-free = { $job } is settled: nothing was paid. The bot tells its person.
terminal-not-settled = { $job } is not unsure: it is { $status }.
terminal-migrated = The database has schema { $schema }, which this release works with.
terminal-not-a-file = { $path } is not a file I can read.
terminal-exists = { $path } exists already. Use --force to replace it.

## What runs already

check-running = imagebot is running: { $place }
