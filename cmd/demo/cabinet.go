package main

import (
	"omniconnector/integration"
	"omniconnector/internal/app"
)

// cabinet is a SaaS around the connector's pages (S-1), for tests of them in frames.
type cabinet struct {
	EmbedKeys   string   `hidden:"" help:"Keys of the cabinet's tokens, as OMNI_EMBED_KEYS."`
	EmbedIssuer string   `hidden:"" help:"Who signs them."`
	Ancestors   []string `hidden:"" name:"frame-ancestors" help:"Origins that may frame the pages."`
}

func (c cabinet) into(cfg app.Config) app.Config {
	cfg.EmbedKeys, cfg.EmbedIssuer, cfg.FrameAncestors = integration.Secret(c.EmbedKeys), c.EmbedIssuer, c.Ancestors
	return cfg
}
