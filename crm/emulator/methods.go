package emulator

import (
	"maps"
	"strings"
)

// methods are all that this portal can do, by lower-case name.
var methods = map[string]method{}

func init() {
	for _, group := range []map[string]method{
		appMethods, userMethods, eventMethods, crmItemMethods, crmEntityMethods, crmDuplicateMethods, crmStatusMethods,
		crmUserFieldMethods, crmActivityMethods, crmTimelineMethods, crmContactLinkMethods, externalLineMethods,
		externalCallMethods, attachMethods, statisticMethods, imNotifyMethods, presenceMethods, crmMergeMethods, placementMethods,
	} {
		maps.Copy(methods, group)
	}
	// Batch is run by the request itself and is here for method.get only.
	methods["batch"] = method{run: func(*call) (any, error) { return newArray(), nil }}
}

// Application methods that need no scope (contract §2.3, §12.4).
var appMethods map[string]method

func init() {
	appMethods = map[string]method{
		"methods":     {run: func(*call) (any, error) { return sortedKeys(methods), nil }},
		"scope":       {run: scopeList},
		"profile":     {run: profile},
		"app.info":    {run: func(c *call) (any, error) { return c.appInfo(c.actor), nil }},
		"method.get":  {run: methodGet},
		"feature.get": {run: func(*call) (any, error) { return map[string]any{"value": "Y"}, nil }},
		"server.time": {run: func(c *call) (any, error) { return stamp(c.now()), nil }},
		"user.admin":  {run: func(c *call) (any, error) { return c.actor.user.Admin, nil }},
	}
	maps.Copy(methods, appMethods)
}

// Full lists what exists, the plain call what was granted (contract §2.3).
func scopeList(c *call) (any, error) {
	if phpBool(c.in.get("full")) {
		return strings.Split(defaultScope, ","), nil
	}
	return strings.Split(c.actor.scope, ","), nil
}

// Needs no scope, so that it can prove any token (contract §2.3).
func profile(c *call) (any, error) {
	u := c.actor.user
	return map[string]any{
		"ID": itoa(u.ID), "ADMIN": u.Admin, "NAME": u.Name, "LAST_NAME": u.LastName,
		"PERSONAL_GENDER": "", "TIME_ZONE": "", "TIME_ZONE_OFFSET": 10800,
	}, nil
}

// INSTALLED stays false until installFinish, and events do not come before (contract §2.4).
func (p *Portal) appInfo(a actor) any {
	out := map[string]any{
		"ID": int64(0), "CODE": "", "VERSION": "1", "STATUS": "L", "INSTALLED": true,
		"PAYMENT_EXPIRED": "N", "DAYS": nil, "LANGUAGE_ID": "ru",
		"LICENSE": "ru_" + p.state.Tariff.Name, "LICENSE_TYPE": p.state.Tariff.Name, "LICENSE_FAMILY": p.state.Tariff.Name,
	}
	if in := a.install; in != nil {
		out["ID"], out["CODE"], out["STATUS"], out["INSTALLED"] = in.ID, in.ClientID, in.Status, in.Finished
		out["VERSION"] = in.version()
	}
	return out
}

// Existing and available are two questions: a method may exist outside the token's scope (contract §2.3).
func methodGet(c *call) (any, error) {
	name := lower(phpString(c.in.get("name")))
	if name == "" {
		return nil, argument("name", "Argument 'name' is null or empty")
	}
	m, ok := c.method(name)
	return map[string]any{"isExisting": ok, "isAvailable": ok && c.actor.may(m.scope)}, nil
}
