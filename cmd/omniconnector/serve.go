package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/app"
)

// settings are what the environment or flags may set. Secrets come from the environment or,
// with _FILE behind the variable's name, from a file; never from flags, which everybody on the machine can see.
type settings struct {
	Listen       string   `env:"OMNI_LISTEN" default:"127.0.0.1:8080" help:"Address of the HTTP server."`
	PublicURL    string   `env:"OMNI_PUBLIC_URL" name:"public-url" help:"How the platform and portals reach the connector, https://…"`
	Data         string   `env:"OMNI_DATA" default:"data" help:"Folder of the embedded database, the key file and the spool."`
	Database     string   `env:"OMNI_DATABASE" help:"PostgreSQL address (postgres://…) or path of an SQLite file; empty: in --data."`
	AllowPrivate bool     `env:"OMNI_ALLOW_PRIVATE" help:"Allow portals and records at private addresses and without https."`
	OAuthHosts   []string `env:"OMNI_OAUTH_HOSTS" name:"oauth-hosts" help:"Hosts besides the vendor's that may receive client secrets."`
	EmbedIssuer  string   `env:"OMNI_EMBED_ISSUER" name:"embed-issuer" help:"How the SaaS's cabinet names itself in its signed tokens."`
	Bitrix24ID   string   `env:"OMNI_BITRIX24_CLIENT_ID" name:"bitrix24-client-id" help:"client_id of the installation's application at the vendor's marketplace; empty: portals connect by local applications of their own."`
	Bitrix24Code string   `env:"OMNI_BITRIX24_CODE" name:"bitrix24-code" help:"The application's code as app.info tells it, when that is not its client_id."`
	ChatLogin    string   `env:"OMNI_CHAT_ADAPTER_LOGIN" name:"chat-adapter-login" help:"Login of the installation's own adapter of the platform's Chat API, for all tenants that have none of their own."`
	ChatURL      string   `env:"OMNI_CHAT_ADAPTER_URL" name:"chat-adapter-url" help:"Address of the Chat API for adapters, when it is not the platform's own."`
	ChatHook     string   `env:"OMNI_CHAT_ADAPTER_HOOK_LOGIN" name:"chat-adapter-hook-login" help:"Login with which the platform's webhooks to that adapter prove themselves (Basic); without it they bring a token (Bearer)."`
	Ancestors    []string `env:"OMNI_FRAME_ANCESTORS" name:"frame-ancestors" help:"Origins that may frame the pages, such as the SaaS's cabinet: https://cabinet.example"`
	NoReceive    bool     `env:"OMNI_NO_RECEIVE" help:"Do not take webhooks in this process."`
	NoWork       bool     `env:"OMNI_NO_WORK" help:"Do not work lanes in this process."`
	LogLevel     string   `env:"OMNI_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"How much is logged: debug, info, warn, error."`
}

// config joins the settings with the secrets of the environment. All mistakes are reported together.
func (s *settings) config(log io.Writer) (app.Config, error) {
	var level slog.Level
	var mistakes []error
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		mistakes = append(mistakes, fmt.Errorf("OMNI_LOG_LEVEL: %w", err))
	}
	secret := func(name string) integration.Secret {
		value, err := secretOf(name)
		if err != nil {
			mistakes = append(mistakes, err)
		}
		return value
	}
	c := app.Config{
		Listen: s.Listen, PublicURL: strings.TrimSuffix(s.PublicURL, "/"), Data: s.Data, Database: s.Database,
		Keys: secret("OMNI_KEYS"), AdminToken: secret("OMNI_ADMIN_TOKEN"), SessionKey: secret("OMNI_SESSION_KEY"),
		Bitrix24ClientID: s.Bitrix24ID, Bitrix24Secret: secret("OMNI_BITRIX24_CLIENT_SECRET"), Bitrix24Code: s.Bitrix24Code,
		EmbedKeys: secret("OMNI_EMBED_KEYS"), EmbedIssuer: s.EmbedIssuer, FrameAncestors: s.Ancestors,
		ChatAdapter: app.ChatAdapter{
			URL: s.ChatURL, Login: s.ChatLogin, Password: secret("OMNI_CHAT_ADAPTER_PASSWORD"), HookToken: secret("OMNI_CHAT_ADAPTER_HOOK_TOKEN"),
			HookLogin: s.ChatHook, HookPassword: secret("OMNI_CHAT_ADAPTER_HOOK_PASSWORD"),
		},
		AllowPrivate: s.AllowPrivate, OAuthHosts: s.OAuthHosts, NoReceive: s.NoReceive, NoWork: s.NoWork,
		Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: level})),
	}
	if database := secret("OMNI_DATABASE"); strings.TrimSpace(c.Database) == "" {
		c.Database = string(database)
	}
	return c, errors.Join(mistakes...)
}

// secretOf reads NAME, or the file that NAME_FILE points at.
func secretOf(name string) (integration.Secret, error) {
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return integration.Secret(os.Getenv(name)), nil
	}
	text, err := os.ReadFile(path) // #nosec G304 G703 -- the operator's own path
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return integration.Secret(strings.TrimSpace(string(text))), nil
}

type serve struct{ settings }

// Help names the secrets, which are no flags.
func (*serve) Help() string {
	return `Secrets come from the environment, or from the file that the variable with _FILE behind its name points at:

  OMNI_ADMIN_TOKEN   the operator's token of the API; without it nobody can create tenants
  OMNI_KEYS          seals what is stored, "1:BASE64" (several by commas, the greatest number seals); without it a key file in --data
  OMNI_SESSION_KEY   signs the pages' sessions; without it one is drawn at each start
  OMNI_EMBED_KEYS    verify the tokens of the SaaS's cabinet, "ID:hs256:BASE64" or "ID:eddsa:BASE64" (a public key), several by commas
  OMNI_BITRIX24_CLIENT_SECRET   goes with OMNI_BITRIX24_CLIENT_ID
  OMNI_CHAT_ADAPTER_PASSWORD   goes with OMNI_CHAT_ADAPTER_LOGIN
  OMNI_CHAT_ADAPTER_HOOK_TOKEN   what the platform's webhooks to that adapter bring (Bearer); or OMNI_CHAT_ADAPTER_HOOK_PASSWORD with its login (Basic)
  OMNI_DATABASE      may come from OMNI_DATABASE_FILE too`
}

// Run serves until it is told to stop.
func (s *serve) Run(ctx context.Context) error {
	cfg, err := s.config(os.Stderr)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	cfg.Log.LogAttrs(ctx, slog.LevelInfo, "app.ready", slog.String("address", a.Address()))
	return a.Run(ctx)
}

type migrate struct{ settings }

// Run migrates and exits.
func (m *migrate) Run(ctx context.Context, out io.Writer) error {
	m.Listen = "127.0.0.1:0"
	m.NoReceive, m.NoWork = true, true
	cfg, err := m.config(os.Stderr)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the database is up to date")
	return a.Close()
}

type health struct {
	URL string `env:"OMNI_HEALTH_URL" default:"http://127.0.0.1:8080/readyz" help:"Address to ask."`
}

// Run fails when the connector is not ready.
func (h *health) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer.Status)
	}
	return nil
}
