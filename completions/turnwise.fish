# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_turnwise_global_optspecs
    string join \n codex= codex-home= c/codex-config= config= profile= color= q/quiet v/verbose log-file= h/help V/version
end

function __fish_turnwise_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_turnwise_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_turnwise_using_subcommand
    set -l cmd (__fish_turnwise_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c turnwise -n "__fish_turnwise_needs_command" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_needs_command" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_needs_command" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_needs_command" -s V -l version -d 'Print version'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "run" -d 'Run one prompt and print the answer'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "replay" -d 'Draw a recorded run again'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "demo" -d 'See it work, without an account and without a network'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "automate" -d 'Prompts on a schedule'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "doctor" -d 'Check whether a run would work here'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "codex" -d 'Install a codex of turnwise\'s own, or show which one is used'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "man" -d 'Print the manual page'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s f -l prompt-file -d 'Read the prompt from a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s C -l cd -d 'Work in this directory [default: here]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l add-dir -d 'Let a workspace-write sandbox write here too (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s m -l model -d 'The model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l effort -d 'Reasoning effort: none, minimal, low, medium, high, xhigh, or what the server knows' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l sandbox -d 'What commands can touch' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l approval -d 'When the agent has to ask' -r -f -a "untrusted\t'Every command without an allow rule; one that the sandbox denies is run again outside of it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never: what the sandbox denies fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l timeout -d 'End the turn after this long; 0 for never' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l idle-timeout -d 'End the turn when nothing was heard from Codex for this long' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l max-tokens -d 'End the turn when it has used more tokens than this' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s a -l attach -d 'Mention a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s i -l image -d 'Send an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l skill -d 'Use a skill by its name (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l output-schema -d 'The JSON schema that the answer has to match; otherwise exit 6' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l on-approval -d 'What becomes of the agent\'s requests' -r -f -a "fail\t'Cancel the turn and exit with 5: a job that was refused must not look green'
decline\t'Say no and let the turn go on'"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s o -l format -d 'What is written to stdout' -r -f -a "text\t'The answer'
markdown\t'The whole turn as a Markdown document'
json\t'One JSON document at the end'
jsonl\t'One JSON event a line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l stdin -d 'Wait for the end of stdin, whatever it takes'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l no-stdin -d 'Never look at stdin'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l privileged -d 'Allow what is privileged: workspace-write with approval never, and danger-full-access'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l ephemeral -d 'Save nothing: the session cannot be resumed'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l stream -d 'Stream messages into a pipe too, instead of the final answer only'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l github -d 'Write outputs, a summary and an annotation for GitHub Actions [default: in Actions]'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l no-github -d 'Do not, even there'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s o -l format -d 'What is written to stdout' -r -f -a "text\t'The answer'
markdown\t'The whole turn as a Markdown document'
json\t'One JSON document at the end'
jsonl\t'One JSON event a line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l stream -d 'Stream messages into a pipe too, instead of the final answer only'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l prompt -d 'Ask this' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s o -l format -d 'What is written to stdout' -r -f -a "text\t'The answer'
markdown\t'The whole turn as a Markdown document'
json\t'One JSON document at the end'
jsonl\t'One JSON event a line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s y -l yes -d 'Install codex without asking, where there is none'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from next" -f -a "next" -d 'Show when a schedule would run'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l cron -d 'A cron expression of five fields, or one such as @daily' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l every -d 'An interval, such as 90s, 5m or 1h30m' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l at -d 'A single time, such as 2026-03-29T09:30 or 2026-03-29T09:30:00+02:00' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l tz -d 'The time zone of the schedule, such as Europe/Berlin [default: the local one]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l from -d 'Show the runs after this time, which is also what --every counts from [default: now]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s n -l count -d 'How many runs to show' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l json -d 'Print JSON (`turnwise.times/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l json -d 'Print JSON (`turnwise.doctor/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -f -a "install" -d 'Install an exact version through npm, for turnwise alone'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -f -a "which" -d 'Show which codex is used, and why'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l version -d 'The version' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l json -d 'Print JSON (`turnwise.codex/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l codex -d 'The codex to use: a native binary or npm\'s wrapper [default: the managed install, then `codex` on the PATH]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l codex-home -d 'Codex\'s own directory: configuration, credentials, sessions' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s c -l codex-config -d 'Override a value of Codex\'s configuration (TOML; repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l config -d 'Read turnwise\'s own configuration from this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l profile -d 'Use a named set of defaults from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l color -d 'When to use colours' -r -f -a "auto\t'At a terminal, unless the environment says otherwise'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l log-file -d 'Write diagnostics to a file instead' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s q -l quiet -d 'Errors only'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s v -l verbose -d 'Diagnostics on stderr; twice for more'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
