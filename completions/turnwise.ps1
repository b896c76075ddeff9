
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'turnwise' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'turnwise'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'turnwise' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run one prompt and print the answer')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Draw a recorded run again')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'See it work, without an account and without a network')
            [CompletionResult]::new('automate', 'automate', [CompletionResultType]::ParameterValue, 'Prompts on a schedule')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check whether a run would work here')
            [CompletionResult]::new('codex', 'codex', [CompletionResultType]::ParameterValue, 'Install a codex of turnwise''s own, or show which one is used')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            break
        }
        'turnwise;run' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read the prompt from a file')
            [CompletionResult]::new('--prompt-file', '--prompt-file', [CompletionResultType]::ParameterName, 'Read the prompt from a file')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work in this directory [default: here]')
            [CompletionResult]::new('--cd', '--cd', [CompletionResultType]::ParameterName, 'Work in this directory [default: here]')
            [CompletionResult]::new('--add-dir', '--add-dir', [CompletionResultType]::ParameterName, 'Let a workspace-write sandbox write here too (repeatable)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model [default: Codex''s]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model [default: Codex''s]')
            [CompletionResult]::new('--effort', '--effort', [CompletionResultType]::ParameterName, 'Reasoning effort: none, minimal, low, medium, high, xhigh, or what the server knows')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'What commands can touch')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'When the agent has to ask')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'End the turn after this long; 0 for never')
            [CompletionResult]::new('--idle-timeout', '--idle-timeout', [CompletionResultType]::ParameterName, 'End the turn when nothing was heard from Codex for this long')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'End the turn when it has used more tokens than this')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Mention a file or directory (repeatable)')
            [CompletionResult]::new('--attach', '--attach', [CompletionResultType]::ParameterName, 'Mention a file or directory (repeatable)')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Send an image (repeatable)')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'Send an image (repeatable)')
            [CompletionResult]::new('--skill', '--skill', [CompletionResultType]::ParameterName, 'Use a skill by its name (repeatable)')
            [CompletionResult]::new('--output-schema', '--output-schema', [CompletionResultType]::ParameterName, 'The JSON schema that the answer has to match; otherwise exit 6')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name the session')
            [CompletionResult]::new('--on-approval', '--on-approval', [CompletionResultType]::ParameterName, 'What becomes of the agent''s requests')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('-O', '-O ', [CompletionResultType]::ParameterName, 'Also write the final answer to this file')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Also write the final answer to this file')
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Wait for the end of stdin, whatever it takes')
            [CompletionResult]::new('--no-stdin', '--no-stdin', [CompletionResultType]::ParameterName, 'Never look at stdin')
            [CompletionResult]::new('--privileged', '--privileged', [CompletionResultType]::ParameterName, 'Allow what is privileged: workspace-write with approval never, and danger-full-access')
            [CompletionResult]::new('--ephemeral', '--ephemeral', [CompletionResultType]::ParameterName, 'Save nothing: the session cannot be resumed')
            [CompletionResult]::new('--stream', '--stream', [CompletionResultType]::ParameterName, 'Stream messages into a pipe too, instead of the final answer only')
            [CompletionResult]::new('--github', '--github', [CompletionResultType]::ParameterName, 'Write outputs, a summary and an annotation for GitHub Actions [default: in Actions]')
            [CompletionResult]::new('--no-github', '--no-github', [CompletionResultType]::ParameterName, 'Do not, even there')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;replay' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('--stream', '--stream', [CompletionResultType]::ParameterName, 'Stream messages into a pipe too, instead of the final answer only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;demo' {
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'Ask this')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What is written to stdout')
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Install codex without asking, where there is none')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Install codex without asking, where there is none')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;automate' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('next', 'next', [CompletionResultType]::ParameterValue, 'Show when a schedule would run')
            break
        }
        'turnwise;automate;next' {
            [CompletionResult]::new('--cron', '--cron', [CompletionResultType]::ParameterName, 'A cron expression of five fields, or one such as @daily')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'An interval, such as 90s, 5m or 1h30m')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'A single time, such as 2026-03-29T09:30 or 2026-03-29T09:30:00+02:00')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of the schedule, such as Europe/Berlin [default: the local one]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Show the runs after this time, which is also what --every counts from [default: now]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many runs to show')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many runs to show')
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (`turnwise.times/1`)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;doctor' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (`turnwise.doctor/1`)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;codex' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Install an exact version through npm, for turnwise alone')
            [CompletionResult]::new('which', 'which', [CompletionResultType]::ParameterValue, 'Show which codex is used, and why')
            break
        }
        'turnwise;codex;install' {
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'The version')
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;codex;which' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (`turnwise.codex/1`)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;completions' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'turnwise;man' {
            [CompletionResult]::new('--codex', '--codex', [CompletionResultType]::ParameterName, 'The codex to use: a native binary or npm''s wrapper [default: the managed install, then `codex` on the PATH]')
            [CompletionResult]::new('--codex-home', '--codex-home', [CompletionResultType]::ParameterName, 'Codex''s own directory: configuration, credentials, sessions')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--codex-config', '--codex-config', [CompletionResultType]::ParameterName, 'Override a value of Codex''s configuration (TOML; repeatable)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read turnwise''s own configuration from this file')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use a named set of defaults from the configuration')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write diagnostics to a file instead')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Errors only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Diagnostics on stderr; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
