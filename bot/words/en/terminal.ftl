### What the operator reads in the terminal.

## Starting

terminal-banner = imagebot { $version }
terminal-settings-from = Settings: { $file }
terminal-settings-default = Settings: the defaults, since there is no config.toml
terminal-doors = Doors
terminal-providers = Providers
terminal-door-open = open at { $where }
terminal-on = on
terminal-on-keyless = on, needs no key
terminal-off = off; set { $variable }
terminal-off-unnamed = off; not in providers.order
terminal-provider-unnamed = { $provider } is off; it is not in providers.order
terminal-address = Open { $url } in your browser
terminal-ready = Ready in { $seconds } s. Ctrl-C ends it.

remark-old-key = { $old } is taken for { $variable }. Please rename it.
remark-short-token = The web token “{ $name }” has fewer than { $limit } characters and can be guessed. A longer one is safer.

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
check-engine-ncnn = It enlarges pictures with a neural network (ncnn).
check-engine-numpy = It enlarges pictures with a neural network, slowly: ncnn does not run here.
check-engine-lanczos = It enlarges pictures without a neural network: its weights are missing. Fetch them with `{ $command }` and start again.
check-well = Everything that is configured works.
check-unwell = { $count ->
    [one] One thing needs attention.
   *[other] { $count } things need attention.
}

## Reasons, in short

reason-bad-key = the key is not accepted
reason-out-of-credit = the account is empty
reason-unreachable = it cannot be reached
reason-throttled = it is limiting our calls
reason-language = it does not take this language
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

## What this release does not have yet, and what runs already

remark-door-coming = { $variable } is set, but this release has no { $door } door yet.
check-running = imagebot is running: { $place }
