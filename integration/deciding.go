package integration

import (
	"slices"
	"strings"

	"omniconnector/crm"
)

// because notes a reason; args are pairs of name and value.
func (d *decision) because(rule, code string, args ...string) *Reason {
	r := Reason{Rule: rule, Code: code}
	if len(args) > 0 {
		r.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			r.Args[args[i]] = args[i+1]
		}
	}
	d.plan.Reasons = append(d.plan.Reasons, r)
	return &d.plan.Reasons[len(d.plan.Reasons)-1]
}

func (d *decision) end(o Outcome, rule, code string, args ...string) bool {
	d.plan.Outcome = o
	d.because(rule, code, args...)
	return false
}

func (d *decision) act(key ActionKey, u Urgency, do crm.Command, touches ...string) {
	d.plan.Actions = append(d.plan.Actions, Action{Key: key, Urgency: u, Do: do, Touches: touches})
}

func (d *decision) last() *Action { return &d.plan.Actions[len(d.plan.Actions)-1] }

// people are both sides' directories.
func (d *decision) people() people { return people{d.Settings, d.Directory.Users, d.Centre} }

// userOf finds the portal user of an employee; 0 when there is none.
func (d *decision) userOf(e Employee) crm.UserID {
	user, _ := d.people().user(e)
	return user
}

func (d *decision) user(id crm.UserID) *crm.User {
	i := slices.IndexFunc(d.Directory.Users, func(u crm.User) bool { return u.ID == id })
	if i < 0 {
		return nil
	}
	return &d.Directory.Users[i]
}

// active reports whether a user may be responsible. Before the first synchronisation
// nobody is known, and then nobody is refused.
func (d *decision) active(id crm.UserID) bool {
	if len(d.Directory.Users) == 0 {
		return true
	}
	u := d.user(id)
	return u != nil && u.Active
}

func (d *decision) name(id crm.UserID) string {
	if u := d.user(id); u != nil && u.Name != "" {
		return u.Name
	}
	return "№ " + decimal(int64(id))
}

func (d *decision) names(ids []crm.UserID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = d.name(id)
	}
	return strings.Join(names, ", ")
}

func without(list []crm.UserID, u crm.UserID) []crm.UserID {
	return slices.DeleteFunc(slices.Clone(list), func(o crm.UserID) bool { return o == u })
}

func with0(list []crm.UserID, u crm.UserID) []crm.UserID {
	if slices.Contains(list, u) {
		return list
	}
	return append(slices.Clone(list), u)
}

// key is an action's natural key within the call.
func (d *decision) key(parts ...string) ActionKey {
	if d.Chat != nil {
		return d.chatKey(parts...)
	}
	return ActionKey("call:" + string(d.Call.Session) + "/" + strings.Join(parts, "/"))
}

// OriginID is the natural key of an entity that a call created, as the CRM keeps it.
func OriginID(s SessionID, k crm.Kind) string { return "call:" + string(s) + "/" + string(k) }

// touchCall and touchEntity name what actions work on.
func (d *decision) touchCall() string { return "call:" + string(d.Call.Session) }

func touchEntity(k crm.Kind, ref crm.Ref) string {
	if ref.Of != "" {
		return ref.Of
	}
	return string(k) + "/" + decimal(ref.ID)
}
