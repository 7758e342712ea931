package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"time"
	"unicode/utf8"

	"omniconnector/crm"
	"omniconnector/integration"
)

// chatsURL is where adapters of all brands reach the Chat API (contract uis, "Brands").
const chatsURL = "https://chat-integration-api-prod.uiscom.ru/v1/adapter"

// Adapter says whose adapter of the Chat API serves a tenant.
type Adapter string

// The layouts (contract uis §5, ownership).
const (
	OwnAdapter    Adapter = "own"
	SharedAdapter Adapter = "shared" // the installation's
	NoAdapter     Adapter = "none"
)

// ChatAccessView is how the platform's chats reach us, without the secrets.
type ChatAccessView struct {
	Adapter     Adapter           `json:"adapter" enum:"own,shared,none" doc:"Whose adapter serves: the tenant's own, the installation's, which needs nothing here, or none"`
	URL         string            `json:"url,omitempty" doc:"Of the own adapter's API"`
	WebhookURL  string            `json:"webhook_url" doc:"What to give the platform as the own adapter's webhook_url, with a placeholder for the secret, which is shown only when drawn (rotate-hook, path)"`
	WebhookAuth string            `json:"webhook_auth" enum:"none,basic,bearer" doc:"By what webhooks prove themselves beside the secret in their address"`
	Saved       *time.Time        `json:"saved,omitempty"`
	Accounts    []ChatAccountView `json:"accounts" nullable:"false" doc:"What the platform told of the accounts that are connected to the adapter"`
	Heard       *time.Time        `json:"heard,omitempty" doc:"When anything was heard of a chat last; absent: never"`
}

// ChatAccountView is a connected account.
type ChatAccountView struct {
	ID       int64             `json:"id"`
	AppID    int64             `json:"app_id,omitempty" doc:"The cabinet's number, when it was told"`
	Name     string            `json:"name"`
	Status   string            `json:"status" doc:"In the platform's words; empty when not told" example:"active"`
	Adapter  Adapter           `json:"adapter" enum:"own,shared" doc:"By whose adapter it came"`
	Channels []ChatChannelView `json:"channels" nullable:"false"`
}

// ChatChannelView is a connected channel.
type ChatChannelView struct {
	ID            int64  `json:"id" doc:"At the adapter"`
	ChatChannelID int64  `json:"chat_channel_id,omitempty" doc:"In the platform's directory, when it was told"`
	Type          string `json:"type" example:"whatsapp"`
	Name          string `json:"name"`
	Status        string `json:"status"`
}

type chatsOut struct {
	ETag string `header:"ETag" doc:"Changes with every save; \"0\" without an adapter of one's own"`
	Body ChatAccessView
}

func (a *API) getChats(ctx context.Context, _ *struct{}) (*chatsOut, error) {
	access, err := a.chatAccess(ctx)
	if err != nil {
		return nil, err
	}
	view, err := a.chatsView(ctx, access)
	return &chatsOut{ETag: chatsTag(access), Body: view}, err
}

// chatAccess gives the caller's access, which is zero when there is none.
func (a *API) chatAccess(ctx context.Context) (ChatAccess, error) {
	access, err := a.cfg.Store.ChatAccess(ctx, caller(ctx).Tenant.ID)
	if isNotFound(err) {
		return ChatAccess{}, nil
	}
	return access, err
}

func chatsTag(access ChatAccess) string {
	if access.URL == "" {
		return etag(0)
	}
	return etag(access.Saved.UnixMicro())
}

func (a *API) chatsView(ctx context.Context, access ChatAccess) (ChatAccessView, error) {
	t := caller(ctx).Tenant.ID
	v := ChatAccessView{
		Adapter: NoAdapter, URL: access.URL, WebhookURL: a.chatsHook(string(t) + "." + pathPlaceholder),
		WebhookAuth: cmp.Or(string(access.Webhooks), "none"), Saved: instant(access.Saved), Accounts: []ChatAccountView{},
	}
	switch {
	case access.URL != "":
		v.Adapter = OwnAdapter
	case a.cfg.SharedChats:
		v.Adapter = SharedAdapter
	}
	accounts, err := a.cfg.Store.ChatAccounts(ctx, t)
	if err != nil {
		return v, err
	}
	channels, err := a.cfg.Store.ChatChannels(ctx, t)
	if err != nil {
		return v, err
	}
	for _, one := range accounts {
		v.Accounts = append(v.Accounts, chatAccountView(one, channels))
	}
	latest, _, err := a.cfg.Store.Events(ctx, t, EventFilter{Communication: integration.Chat}, "", 1)
	if len(latest) > 0 {
		v.Heard = instant(latest[0].Event.Received.UTC())
	}
	return v, err
}

func chatAccountView(a ChatAccount, channels []ChatChannel) ChatAccountView {
	v := ChatAccountView{ID: a.ID, AppID: a.AppID, Name: a.Name, Status: a.Status, Adapter: OwnAdapter, Channels: []ChatChannelView{}}
	if a.Shared {
		v.Adapter = SharedAdapter
	}
	for _, c := range channels {
		if c.AccountID == a.ID {
			v.Channels = append(v.Channels, ChatChannelView{ID: c.ID, ChatChannelID: c.ChatChannelID, Type: c.Type, Name: c.Name, Status: c.Status})
		}
	}
	return v
}

// chatsHook is the address of a tenant's own adapter's webhooks.
func (a *API) chatsHook(segment string) string {
	return a.cfg.PublicURL + "/hooks/" + sourceUIS + "/" + segment + "/chats"
}

type connectChatsIn struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what this replaces; not looked at when absent"`
	Body    struct {
		URL      string          `json:"url,omitempty" maxLength:"500" doc:"Of the adapter's API; the platform's usual one when absent" example:"https://chat-integration-api-prod.uiscom.ru/v1/adapter"`
		Login    string          `json:"login" maxLength:"500" writeOnly:"true" doc:"Of the adapter, not of a person"`
		Password string          `json:"password" maxLength:"500" writeOnly:"true"`
		Auth     *webhookAuthing `json:"webhook_auth,omitempty" doc:"What webhooks are to show beside the secret in their address; what was set stays when absent"`
	}
}

// webhookAuthing is what webhooks are to show.
type webhookAuthing struct {
	Type   AuthScheme `json:"type" enum:"none,basic,bearer"`
	Login  string     `json:"login,omitempty" maxLength:"200" writeOnly:"true" doc:"Of basic"`
	Secret string     `json:"secret,omitempty" maxLength:"500" writeOnly:"true" doc:"The password of basic or the token of bearer; drawn, and shown in the answer once, when absent"`
}

type connectChatsOut struct {
	ETag string `header:"ETag"`
	Body struct {
		Chats  ChatAccessView `json:"chats"`
		Secret string         `json:"webhook_secret,omitempty" doc:"What was drawn for webhook_auth, shown this once: give it to the platform"`
	}
}

// connectChats proves the adapter's login before anything is stored.
func (a *API) connectChats(ctx context.Context, in *connectChatsIn) (*connectChatsOut, error) {
	had, err := a.chatAccess(ctx)
	if err != nil {
		return nil, err
	}
	if !matches(in.IfMatch, chatsTag(had)) {
		return nil, refuse("stale")
	}
	access, login, err := chatsOfBody(in)
	if err != nil {
		return nil, err
	}
	if err := a.checkChats(ctx, access); err != nil {
		return nil, err
	}
	out := &connectChatsOut{}
	if login != nil && login.Scheme != "" && login.Secret == "" {
		out.Body.Secret = rand.Text()
		login.Secret = integration.Secret(out.Body.Secret)
	}
	if err := a.cfg.Store.SaveChatAccess(ctx, caller(ctx).Tenant.ID, access, login); err != nil {
		return nil, err
	}
	if access, err = a.chatAccess(ctx); err != nil {
		return nil, err
	}
	out.ETag = chatsTag(access)
	out.Body.Chats, err = a.chatsView(ctx, access)
	return out, err
}

// leastWebhookSecret keeps secrets out that can be guessed: only a fast hash of them is stored.
const leastWebhookSecret = 20

// chatsOfBody reads what was sent and lists all its mistakes. The adapter's login is always given whole, as that of a platform is.
func chatsOfBody(in *connectChatsIn) (ChatAccess, *WebhookLogin, error) {
	b := &in.Body
	wrong := mistakes{}
	access := ChatAccess{
		URL:   wrong.address("/url", cmp.Or(b.URL, chatsURL)),
		Login: integration.Secret(b.Login), Password: integration.Secret(b.Password),
	}
	if b.Login == "" {
		wrong.add("/login", "required")
	}
	if b.Password == "" {
		wrong.add("/password", "required")
	}
	if b.Auth == nil {
		return access, nil, wrong.err()
	}
	login := &WebhookLogin{Scheme: b.Auth.Type, Login: b.Auth.Login, Secret: integration.Secret(b.Auth.Secret)}
	switch {
	case b.Auth.Type == "none":
		*login = WebhookLogin{}
	case b.Auth.Type == AuthBasic && b.Auth.Login == "":
		wrong.add("/webhook_auth/login", "required")
	}
	if n := utf8.RuneCountInString(b.Auth.Secret); n > 0 && n < leastWebhookSecret {
		wrong.add("/webhook_auth/secret", "weak_secret")
	}
	return access, login, wrong.err()
}

// checkChats asks the platform to let the adapter in; its refusal is told in its own words, less what we sent.
func (a *API) checkChats(ctx context.Context, access ChatAccess) error {
	if a.cfg.Chats == nil {
		return nil
	}
	err := a.cfg.Chats.CheckChats(ctx, access)
	if e, ok := errors.AsType[*crm.Error](err); ok {
		return platformRefusal(e, Access{Login: access.Login, Password: access.Password})
	}
	return err
}

func (a *API) disconnectChats(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return &struct{}{}, a.cfg.Store.DeleteChatAccess(ctx, caller(ctx).Tenant.ID)
}
