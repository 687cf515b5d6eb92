"""Where samples come from: hubs, local files, sampling, few-shot exemplars."""
