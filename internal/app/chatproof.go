package app

import (
	"context"
	"errors"

	"omniconnector/crm"
	"omniconnector/web"
	"omniconnector/webhooks/uis/chatapi"
)

// CheckChats proves the login of a tenant's own adapter by letting it in.
func (s scheduler) CheckChats(ctx context.Context, a web.ChatAccess) error {
	client, err := chatapi.New(chatapi.Config{
		URL: a.URL, Username: string(a.Login), Password: a.Password, Transport: s.centres.transport, Now: s.cfg.Now, Log: s.cfg.Log,
	})
	if err != nil {
		return &crm.Error{Kind: crm.Invalid, Method: "login", Text: err.Error()}
	}
	switch err := client.Prove(ctx); {
	case errors.Is(err, chatapi.ErrLogin):
		return &crm.Error{Kind: crm.Denied, Method: "login", Text: err.Error()}
	case err != nil:
		return &crm.Error{Kind: crm.Unavailable, Method: "login", Text: err.Error()}
	}
	return nil
}
