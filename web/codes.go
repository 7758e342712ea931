package web

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/web/inside"
)

// Codes draws the codes by which an administrator connects a portal from inside it (S-5).
type Codes interface {
	// CreatePortalCode draws a code; it is answered this once and connects one portal to the tenant until it expires. An empty client id
	// means the installation's own application.
	CreatePortalCode(ctx context.Context, t integration.TenantID, n NewPortalCode) (integration.Secret, error)
}

// NewPortalCode is what a code of connection is to be.
type NewPortalCode struct {
	ClientID string
	Secret   integration.Secret
	Expires  time.Time
	Author   string
}

// ApplicationView is what people need to know to install the application in a portal.
type ApplicationView struct {
	Handler string `json:"handler" doc:"The application's own page, for a local application's «Путь вашего обработчика»"`
	Install string `json:"install" doc:"The page of its installation, for «Путь для первоначальной установки»"`
	// Scopes in the vendor's words (contract bitrix24 §2.8).
	Scopes      []string `json:"scopes" nullable:"false" doc:"Permissions that it needs"`
	Marketplace bool     `json:"marketplace" doc:"The installation has an application of the vendor's marketplace; without one each portal makes its own"`
}

// scopes are what the connector uses.
var scopes = []string{"crm", "telephony", "user", "placement", "im", "timeman"}

// codeLife is how long a code may be used.
const codeLife = time.Hour

func (a *API) application() ApplicationView {
	return ApplicationView{
		Handler: a.cfg.PublicURL + inside.Route, Install: a.cfg.PublicURL + inside.InstallRoute, Scopes: scopes, Marketplace: a.cfg.Marketplace,
	}
}

type applicationOut struct{ Body ApplicationView }

func (a *API) getApplication(context.Context, *struct{}) (*applicationOut, error) {
	return &applicationOut{a.application()}, nil
}

type createCodeIn struct {
	Body struct {
		ClientID     string `json:"client_id,omitempty" maxLength:"500" doc:"Of a local application, as the portal shows it; absent: the installation's own application"`
		ClientSecret string `json:"client_secret,omitempty" maxLength:"500" writeOnly:"true"`
	}
}

type createCodeOut struct {
	Body struct {
		Code        string          `json:"code" doc:"Shown this once; the portal's administrator types it on the application's page" example:"K3QX-7PLM-2VTA-9HEC"`
		Expires     time.Time       `json:"expires" doc:"It connects one portal until then"`
		Application ApplicationView `json:"application"`
	}
}

// createPortalCode draws a code for one portal.
func (a *API) createPortalCode(ctx context.Context, in *createCodeIn) (*createCodeOut, error) {
	b := &in.Body
	wrong := mistakes{}
	switch {
	case b.ClientID == "" && b.ClientSecret == "" && !a.cfg.Marketplace, b.ClientID == "" && b.ClientSecret != "":
		wrong.add("/client_id", "required")
	case b.ClientID != "" && b.ClientSecret == "":
		wrong.add("/client_secret", "required")
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	expires := a.cfg.Now().Add(codeLife)
	code, err := a.cfg.Store.CreatePortalCode(ctx, caller(ctx).Tenant.ID, NewPortalCode{
		ClientID: b.ClientID, Secret: integration.Secret(b.ClientSecret), Expires: expires, Author: author(ctx),
	})
	if err != nil {
		return nil, err
	}
	out := &createCodeOut{}
	out.Body.Code, out.Body.Expires, out.Body.Application = string(code), expires, a.application()
	return out, nil
}

// SetupView is how far the portal was made ready: its events, lines and pages of ours.
type SetupView struct {
	State   lane.ActionState `json:"state" enum:"planned,sending,doubt,done,failed,dead"`
	Error   *ErrorView       `json:"error,omitempty" doc:"What the portal refused, in its own words"`
	Message string           `json:"message,omitempty" doc:"What the refusal means and what to do"`
}

// setup tells of the errand that prepares the portal; nil when it was never planned.
func (a *API) setup(ctx context.Context, t integration.TenantID, p integration.PortalID) (*SetupView, error) {
	jobs, err := a.cfg.Store.Jobs(ctx, t, p)
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		if _, prepares := j.Do.(crm.Prepare); !prepares {
			continue
		}
		v := &SetupView{State: j.State}
		if j.Err != nil {
			v.Error, v.Message = errorView(j.Err), hint(j.Do.Name(), j.Err, speaks(ctx))
		}
		return v, nil
	}
	return nil, nil //nolint:nilnil // it was never planned
}
