package settings

import (
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// Directories are what settings may refer to, on both sides. An empty one is not known yet: nothing is looked up in it.
type Directories struct {
	Portal crm.Directory
	Centre centre.Directory
}

// directory answers what a portal has.
type directory struct{ crm.Directory }

// known is false before the first synchronisation: then nothing can be looked up.
func (d directory) known() bool {
	return !d.SyncedAt.IsZero() || len(d.Users) > 0 || len(d.Funnels) > 0
}

// fields lists the text fields of a kind; ok is false when they were never read.
func (d directory) fields(k crm.Kind) (list []crm.Field, ok bool) {
	list, ok = d.Fields[k]
	return list, ok && d.known()
}

func (d directory) user(id crm.UserID) (crm.User, bool) {
	i := slices.IndexFunc(d.Users, func(u crm.User) bool { return u.ID == id })
	if i < 0 {
		return crm.User{}, false
	}
	return d.Users[i], true
}

func (d directory) funnel(id int64) (crm.Funnel, bool) {
	i := slices.IndexFunc(d.Funnels, func(f crm.Funnel) bool { return f.ID == id })
	if i < 0 {
		return crm.Funnel{}, false
	}
	return d.Funnels[i], true
}

func has(stages []crm.Stage, code string) bool {
	return slices.ContainsFunc(stages, func(s crm.Stage) bool { return s.Code == code })
}

// home is the funnel that has a stage, for telling whose it is.
func (d directory) home(stage string) (crm.Funnel, bool) {
	i := slices.IndexFunc(d.Funnels, func(f crm.Funnel) bool { return has(f.Stages, stage) })
	if i < 0 {
		return crm.Funnel{}, false
	}
	return d.Funnels[i], true
}

// user and stage of a sentence: the portal's name with its id.
func userName(u crm.User) said {
	if u.Name == "" {
		return count(u.ID)
	}
	return verbatim(u.Name + " (" + strconv.FormatInt(int64(u.ID), 10) + ")")
}

func funnelName(f crm.Funnel) said {
	if f.Name == "" {
		return count(f.ID)
	}
	return verbatim(f.Name)
}
