complete --keep-order --exclusive --command turnwise --arguments "(TURNWISE_COMPLETE=fish turnwise -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
