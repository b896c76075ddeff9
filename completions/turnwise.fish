# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_turnwise_global_optspecs
    string join \n codex= codex-home= connect= connect-token-file= c/codex-config= config= profile= color= q/quiet v/verbose notify= history-days= history-limit= log-file= h/help V/version
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

complete -c turnwise -n "__fish_turnwise_needs_command" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_needs_command" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_needs_command" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_needs_command" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_needs_command" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_needs_command" -s V -l version -d 'Print version'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "run" -d 'Run one prompt and print the answer'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "resume" -d 'Resume a saved session'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "session" -d 'Manage saved sessions'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "approve" -d 'Review and answer approval requests'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "rpc" -d 'Call any method of Codex\'s app-server'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "replay" -d 'Replay a recorded run'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "demo" -d 'Try it offline, without an account'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "automate" -d 'Run prompts on a schedule'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "doctor" -d 'Check your setup'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "login" -d 'Log in to Codex'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "logout" -d 'Remove Codex\'s saved credentials'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "codex" -d 'Install Codex, or show which one is used'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "completions" -d 'Print a shell completion script'
complete -c turnwise -n "__fish_turnwise_needs_command" -f -a "man" -d 'Print the manual page'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s f -l prompt-file -d 'Read the prompt from a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s a -l attach -d 'Attach a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s i -l image -d 'Attach an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l output-schema -d 'JSON schema that the answer must match' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l stdin -d 'Read stdin to the end'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l no-stdin -d 'Ignore stdin'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l stream -d 'Stream messages into a pipe too'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l github -d 'Write outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -l no-github -d 'Write no outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s f -l prompt-file -d 'Read the prompt from a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s a -l attach -d 'Attach a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s i -l image -d 'Attach an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l output-schema -d 'JSON schema that the answer must match' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l last -d 'The most recent session of this directory'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l join -d 'Rejoin its running turn (with --connect)'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l all -d 'Include all directories'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l stdin -d 'Read stdin to the end'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l no-stdin -d 'Ignore stdin'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l stream -d 'Stream messages into a pipe too'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l github -d 'Write outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -l no-github -d 'Write no outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "list" -d 'List saved sessions, most recent first'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "show" -d 'Show a saved session'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "export" -d 'Export a saved session as a document'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "new" -d 'Create an empty session and print its ID'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "chat" -d 'Chat with the agent'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "fork" -d 'Copy a session and print the copy\'s ID'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "rename" -d 'Rename a session'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "archive" -d 'Archive a session'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "unarchive" -d 'Restore an archived session'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "delete" -d 'Delete a session permanently'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "compact" -d 'Compact a session\'s context'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "interrupt" -d 'Interrupt a running turn'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "steer" -d 'Send a message to a running turn'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and not __fish_seen_subcommand_from list show export new chat fork rename archive unarchive delete compact interrupt steer watch" -f -a "watch" -d 'Watch a running turn from its beginning'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l search -d 'Filter by name, first prompt, directory or ID' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l limit -d 'Maximum number of results; 0 for all' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l all -d 'Include all directories'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l archived -d 'Show archived sessions'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (`turnwise.sessions/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -l offline -d 'Read the files only; always the case'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (`turnwise.session/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -s O -l output -d 'Write to this file instead of stdout' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l markdown -d 'Markdown (the default)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l html -d 'One self-contained HTML page'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l json -d 'JSON (`turnwise.session/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l name -d 'Name of the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l timeout -d 'Give up after this long; 0 for never' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from chat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l name -d 'Name of the copy' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l timeout -d 'Give up after this long; 0 for never' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from fork" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from archive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from unarchive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask for confirmation'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l timeout -d 'Give up after this long; 0 for never' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from compact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from interrupt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from steer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -l stream -d 'Stream messages into a pipe too'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand session; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "list" -d 'List waiting requests'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "show" -d 'Show a request in full'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "accept" -d 'Approve a request'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "decline" -d 'Decline a request; the turn continues'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "cancel" -d 'Decline a request and stop the turn'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "answer" -d 'Answer a question or fill in a form'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "watch" -d 'Show new requests until Ctrl-C, with a bell'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "log" -d 'Show past requests and who answered them'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "suggest" -d 'Suggest policy rules from past answers'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and not __fish_seen_subcommand_from list show accept decline cancel answer watch log suggest check" -f -a "check" -d 'Show what the policy decides about a command'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l limit -d 'Maximum number of results' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l all -d 'Include answered and closed requests, newest first'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (`turnwise.approvals/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (`turnwise.approval/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l for-session -d 'Approve for the rest of the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l always -d 'Always approve; Codex saves the rule that `show` names'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -l json -d 'Print JSON (`turnwise.answer/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l reason -d 'Reason, sent to the agent' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -l json -d 'Print JSON (`turnwise.answer/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from decline" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -l json -d 'Print JSON (`turnwise.answer/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -l json -d 'Print JSON (`turnwise.answer/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from answer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l json -d 'Print JSON, one document per line'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -l no-bell -d 'Do not ring the bell'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l limit -d 'Maximum number of results' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -l json -d 'Print JSON (`turnwise.approvals/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l min -d 'Minimum number of equal answers' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -l json -d 'Print JSON (`turnwise.suggestions/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from suggest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l policy -d 'Policy file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -l json -d 'Print JSON (`turnwise.check/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand approve; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l until -d 'Stream until this notification; implies --stream' -r -f -a "account/gatewayOAuth/changed\t''
account/login/completed\t''
account/rateLimits/updated\t''
account/updated\t''
app/list/updated\t''
authStatusChange\t''
autoApprovalReview/strictReviewRequired\t''
command/exec/outputDelta\t''
configWarning\t''
deprecationNotice\t''
error\t''
externalAgentConfig/import/completed\t''
externalAgentConfig/import/progress\t''
fs/changed\t''
fuzzyFileSearch/sessionCompleted\t''
fuzzyFileSearch/sessionUpdated\t''
guardianWarning\t''
hook/completed\t''
hook/started\t''
item/agentMessage/delta\t''
item/autoApprovalReview/completed\t''
item/autoApprovalReview/started\t''
item/commandExecution/outputDelta\t''
item/commandExecution/terminalInteraction\t''
item/completed\t''
item/fileChange/outputDelta\t''
item/fileChange/patchUpdated\t''
item/mcpToolCall/progress\t''
item/plan/delta\t''
item/reasoning/summaryPartAdded\t''
item/reasoning/summaryTextDelta\t''
item/reasoning/textDelta\t''
item/started\t''
loginChatGptComplete\t''
mcpServer/event/stream/notification\t''
mcpServer/oauthLogin/completed\t''
mcpServer/startupStatus/updated\t''
model/rerouted\t''
model/safetyBuffering/updated\t''
model/verification\t''
modelProvider/authRecoveryCompleted\t''
modelProvider/authRecoveryStarted\t''
process/exited\t''
process/outputDelta\t''
project/changed\t''
rawResponseItem/completed\t''
remoteControl/status/changed\t''
serverRequest/resolved\t''
sessionConfigured\t''
skills/changed\t''
thread/archived\t''
thread/attachment/updated\t''
thread/closed\t''
thread/compacted\t''
thread/deleted\t''
thread/environment/connected\t''
thread/environment/disconnected\t''
thread/goal/cleared\t''
thread/goal/updated\t''
thread/name/updated\t''
thread/prediction/updated\t''
thread/project/updated\t''
thread/queue/changed\t''
thread/readState/changed\t''
thread/realtime/closed\t''
thread/realtime/error\t''
thread/realtime/item/completed\t''
thread/realtime/item/started\t''
thread/realtime/item/transcript/delta\t''
thread/realtime/itemAdded\t''
thread/realtime/outputAudio/delta\t''
thread/realtime/sdp\t''
thread/realtime/started\t''
thread/realtime/transcript/delta\t''
thread/realtime/transcript/done\t''
thread/reverted\t''
thread/section/changed\t''
thread/settings/updated\t''
thread/started\t''
thread/status/changed\t''
thread/tokenUsage/updated\t''
thread/unarchived\t''
turn/completed\t''
turn/diff/updated\t''
turn/moderationMetadata\t''
turn/plan/updated\t''
turn/started\t''
warning\t''
windows/worldWritableWarning\t''
windowsSandbox/setupCompleted\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l policy -d 'With --stream: rules that answer requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l on-approval -d 'With --stream: who answers requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l stream -d 'Print notifications and the reply, one per line'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l unchecked -d 'Send the params without checking them'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -l resume -d 'Resume the thread of the params first'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -a "list" -d 'List the methods of the installed Codex'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -a "describe" -d 'Show a method\'s parameters and result'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and not __fish_seen_subcommand_from list describe pipe" -a "pipe" -d 'Pipe JSON-RPC lines to and from the app-server'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l kind -d 'Client requests, notifications or server requests' -r -f -a "request\t''
notification\t''
server-request\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l experimental -d 'Include experimental methods'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (`turnwise.methods/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -l json -d 'Print JSON (`turnwise.method/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -l experimental -d 'Include experimental methods and fields'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand rpc; and __fish_seen_subcommand_from pipe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -l stream -d 'Stream messages into a pipe too'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l prompt -d 'Prompt to send' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l timeout -d 'Give up after this long; 0 for never' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s y -l yes -d 'Install Codex without asking, if it is missing'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "loop" -d 'Repeat a prompt on one session, in the foreground'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "add" -d 'Save a prompt as a scheduled job'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "list" -d 'List saved jobs'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "show" -d 'Show a job, its next runs and its last runs'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "edit" -d 'Change a job; options that are not given stay as they are'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "pause" -d 'Pause jobs; running ones finish'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "unpause" -d 'Unpause paused and stopped jobs; missed runs are skipped'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "remove" -d 'Remove jobs, with their history and logs'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "run" -d 'Run a job now and print its answer'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "history" -d 'Show run history'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "next" -d 'Show the next runs of a job or schedule'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "tick" -d 'Run due jobs, then exit (for cron)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "daemon" -d 'Run jobs as they become due, in the foreground'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "stop-all" -d 'Stop all jobs, running ones too, until --release'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and not __fish_seen_subcommand_from loop add list show edit pause unpause remove run history next tick daemon stop-all install" -f -a "install" -d 'Print a crontab line, systemd unit or launchd agent that runs saved jobs'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l every -d 'Interval, such as 90s, 5m or 1h30m' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l start-at -d 'Time of the first turn' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l stop-at -d 'No turns from this time on' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l max-runs -d 'Maximum number of turns' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s a -l attach -d 'Attach a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s i -l image -d 'Attach an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l output-schema -d 'JSON schema that the answer must match' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s o -l format -d 'Output format' -r -f -a "text\t'Answer'
markdown\t'Markdown document of the whole turn'
json\t'One JSON document at the end'
jsonl\t'One JSON event per line, as it happens'"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l stream -d 'Stream messages into a pipe too'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l github -d 'Write outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -l no-github -d 'Write no outputs for GitHub Actions'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from loop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l cron -d 'Cron expression: five fields, or @daily' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l every -d 'Interval, such as 90s, 5m or 1h30m' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l at -d 'Run once, such as at 2026-03-29T09:30' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l tz -d 'Time zone [default: local]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l start-at -d 'No runs before this; --every counts from it' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l stop-at -d 'No runs from this time on' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l max-runs -d 'Maximum number of runs' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l session -d 'Session: fresh or reuse [default: fresh]' -r -f -a "fresh\t''
reuse\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l on-error -d 'On error: stop or continue [default: stop]' -r -f -a "stop\t''
continue\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l retries -d 'Maximum number of retries [default: 0]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l missed -d 'Missed runs: once or skip [default: once]' -r -f -a "once\t''
skip\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l jitter -d 'Maximum delay of each run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l on-failure -d 'Shell command to run after a failed run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l on-success -d 'Shell command to run after a successful run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s f -l prompt-file -d 'Read the prompt from a file, at each run' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s a -l attach -d 'Attach a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s i -l image -d 'Attach an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l output-schema -d 'JSON schema that the answer must match' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (`turnwise.jobs/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -l json -d 'Print JSON (`turnwise.jobs/1` with this job alone)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l cron -d 'Cron expression: five fields, or @daily' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l every -d 'Interval, such as 90s, 5m or 1h30m' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l at -d 'Run once, such as at 2026-03-29T09:30' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l tz -d 'Time zone [default: local]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l start-at -d 'No runs before this; --every counts from it' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l stop-at -d 'No runs from this time on' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l max-runs -d 'Maximum number of runs' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l session -d 'Session: fresh or reuse [default: fresh]' -r -f -a "fresh\t''
reuse\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l on-error -d 'On error: stop or continue [default: stop]' -r -f -a "stop\t''
continue\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l retries -d 'Maximum number of retries [default: 0]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l missed -d 'Missed runs: once or skip [default: once]' -r -f -a "once\t''
skip\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l jitter -d 'Maximum delay of each run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l on-failure -d 'Shell command to run after a failed run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l on-success -d 'Shell command to run after a successful run' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s f -l prompt-file -d 'Read the prompt from a file, at each run' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s C -l cd -d 'Working directory [default: current]' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l add-dir -d 'Additional writable directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s m -l model -d 'Model [default: Codex\'s]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l effort -d 'Reasoning effort [default: medium]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l sandbox -d 'Sandbox for commands [default: read-only]' -r -f -a "read-only\t''
workspace-write\t''
danger-full-access\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l approval -d 'When to ask for approval [default: never]' -r -f -a "untrusted\t'Before every command without an allow rule; a command denied by the sandbox runs again outside it'
on-request\t'When the agent wants to leave the sandbox'
never\t'Never; a command denied by the sandbox fails'"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l timeout -d 'Time limit; 0 for none' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l idle-timeout -d 'Stop the turn after this long without output' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l max-tokens -d 'Stop the turn after this many tokens' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l skill -d 'Use a skill (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l name -d 'Name the session' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l policy -d 'Rules that answer approval requests' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l on-approval -d 'Who answers approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s a -l attach -d 'Attach a file or directory (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s i -l image -d 'Attach an image (repeatable)' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l output-schema -d 'JSON schema that the answer must match' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s O -l output -d 'Also write the final answer to this file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l unset -d 'Remove an option, such as model or max-runs (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l privileged -d 'Allow privileged settings'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l ephemeral -d 'Do not save the session'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l mkdir -d 'Create the directory of --output'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -l here -d 'Refresh from the current environment'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from unpause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -l json -d 'Print JSON (`turnwise.run/1`) instead of the answer'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -s n -l limit -d 'Maximum number of results; 0 for all' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -l json -d 'Print JSON (`turnwise.runs/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l cron -d 'Cron expression: five fields, or @daily' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l every -d 'Interval, such as 90s, 5m or 1h30m' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l at -d 'Single time, such as 2026-03-29T09:30' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l tz -d 'Time zone, such as Europe/Berlin [default: the local one]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l from -d 'Start of the list and of --every [default: now]' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s n -l count -d 'Number of runs to show' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -l json -d 'Print JSON (`turnwise.times/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from next" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l jobs -d 'Maximum number of jobs at once' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -l json -d 'Print the runs as JSON (`turnwise.runs/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from tick" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l jobs -d 'Maximum number of jobs at once' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from daemon" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -l release -d 'Release the jobs; missed runs are skipped'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from stop-all" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l cron -d 'Crontab line that runs due jobs every minute'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l systemd -d 'systemd user unit'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -l launchd -d 'launchd agent (macOS)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand automate; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l json -d 'Print JSON (`turnwise.doctor/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -l cron -d 'Check with cron\'s minimal environment'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l timeout -d 'Maximum time to wait; 0 for no limit' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l device -d 'Log in from another device, with a code to type there'
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -l key-stdin -d 'Read an API key from stdin'
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -f -a "install" -d 'Install a version of Codex for turnwise, with npm'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and not __fish_seen_subcommand_from install which" -f -a "which" -d 'Show which codex is used, and why'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l version -d 'Version to install' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -l json -d 'Print JSON (`turnwise.codex/1`)'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand codex; and __fish_seen_subcommand_from which" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l codex -d 'Codex binary' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l codex-home -d 'Codex\'s directory' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l connect -d 'Connect to a running server' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l connect-token-file -d 'File with that server\'s token' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s c -l codex-config -d 'Override a Codex setting (repeatable)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l config -d 'Configuration file of turnwise' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l profile -d 'Use a profile from the configuration' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l color -d 'Colors: auto, always or never' -r -f -a "auto\t'At a terminal, unless `NO_COLOR` or `TERM=dumb` is set'
always\t''
never\t''"
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l notify -d 'Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l history-days -d 'Days to keep answered approval requests' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l history-limit -d 'Maximum number of answered approval requests to keep' -r
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -l log-file -d 'Write diagnostics to a file' -r -F
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s q -l quiet -d 'Suppress everything except errors'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s v -l verbose -d 'Print diagnostics to stderr (-vv: more)'
complete -c turnwise -n "__fish_turnwise_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
