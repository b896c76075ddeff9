
set edit:completion:arg-completer[turnwise] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) TURNWISE_COMPLETE="elvish" turnwise -- $@words) | to-lines
}

