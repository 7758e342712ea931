package web

import (
	"context"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
)

// DirectoryView is what settings may refer to, on both sides.
type DirectoryView struct {
	crm.Directory
	Platform centre.Directory `json:"platform" doc:"Of the telephony platform; synced_at is absent before it was read"`
	// Types are what the settings may name (C-3); the platform's channels may be of others too.
	Types []ChannelType `json:"channel_types" nullable:"false" doc:"Types of channel whose chats can be processed"`
}

// ChannelType is a type of channel in the platform's word and in people's.
type ChannelType struct {
	Type string `json:"type" example:"whatsapp"`
	RU   string `json:"ru"`
	EN   string `json:"en"`
}

func channelTypes() []ChannelType {
	return each(integration.ChannelTypes(), func(v integration.Variable) ChannelType { return ChannelType{v.Name, v.RU, v.EN} })
}

type directoryOut struct{ Body DirectoryView }

func (a *API) getDirectory(ctx context.Context, in *PortalPath) (*directoryOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	d, p := known.Portal, known.Centre
	d.Users, d.LeadStages, d.Funnels, d.Sources = listed(d.Users), listed(d.LeadStages), listed(d.Funnels), listed(d.Sources)
	for i := range d.Funnels {
		d.Funnels[i].Stages = listed(d.Funnels[i].Stages)
	}
	p.Employees, p.Numbers, p.Channels = listed(p.Employees), listed(p.Numbers), listed(p.Channels)
	return &directoryOut{DirectoryView{d, p, channelTypes()}}, nil
}

// directories gives both sides' directories of a portal of the caller.
func (a *API) directories(ctx context.Context, id integration.PortalID) (settings.Directories, error) {
	t := caller(ctx).Tenant.ID
	var known settings.Directories
	if _, err := a.cfg.Store.Portal(ctx, t, id); err != nil {
		return known, err
	}
	var err error
	if known.Portal, err = a.cfg.Store.PortalDirectory(ctx, t, id); err != nil {
		return known, err
	}
	known.Centre, err = a.cfg.Store.PortalCentre(ctx, t, id)
	return known, err
}
