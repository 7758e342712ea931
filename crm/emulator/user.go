package emulator

import "strings"

// user.* and department.get (contract §6).
var userMethods = map[string]method{
	"user.get":       {scope: "user", run: userGet},
	"user.search":    {scope: "user", run: userSearch},
	"user.current":   {scope: "user", run: func(c *call) (any, error) { return c.showUser(c.actor.user), nil }},
	"department.get": {scope: "department", run: departmentGet},
}

// FILTER, filter and bare fields are all met in the wild; 50 a page like other lists (contract §6).
func userGet(c *call) (any, error) {
	filter := arrayOf(c.in.get("FILTER"))
	if !c.in.has("FILTER") {
		filter = arrayOf(c.in.get("filter")) // parameter names are loose in this old method
	}
	// Fields are accepted beside FILTER as well: user.get?ID=1.
	if filter.len() == 0 {
		filter = newArray()
		for _, k := range c.in.keys {
			if _, name := splitOperator(k); name == "ID" || name == "ACTIVE" || name == "EMAIL" || name == "UF_PHONE_INNER" {
				filter.set(k, c.in.vals[k])
			}
		}
	}
	order := newArray()
	if s := phpString(c.in.get("sort")); s != "" {
		order.set(s, phpString(c.in.get("order")))
	}
	return list(c, c.state.Users, filter, order, c.in.get("start"), userValue, func(u *User) any { return c.showUser(u) })
}

// Dismissed employees are not found (contract §6).
func userSearch(c *call) (any, error) {
	filter := arrayOf(c.in.get("FILTER"))
	words := strings.ToLower(phpString(filter.get("FIND")) + phpString(c.in.get("FIND")))
	var rows []*User
	for _, u := range c.state.Users {
		text := strings.ToLower(u.fullName() + " " + u.Email + " " + u.Position)
		hit := strings.Contains(text, words)
		for _, k := range []string{"NAME", "LAST_NAME", "WORK_POSITION"} {
			if want := strings.ToLower(phpString(filter.get(k))); want != "" {
				v, _ := userValue(u, k)
				hit = hit && strings.HasPrefix(strings.ToLower(phpString(v)), want)
			}
		}
		if hit && !u.Inactive {
			rows = append(rows, u)
		}
	}
	return list(c, rows, newArray(), newArray(), c.in.get("start"), userValue, func(u *User) any { return c.showUser(u) })
}

func userValue(u *User, name string) (any, string) {
	switch name {
	case "ID":
		return u.ID, "integer"
	case "ACTIVE":
		return !u.Inactive, "boolean"
	case "NAME":
		return u.Name, "string"
	case "LAST_NAME":
		return u.LastName, "string"
	case "NAME_SEARCH":
		return u.fullName(), "string"
	case "EMAIL":
		return u.Email, "string"
	case "UF_PHONE_INNER":
		return u.Inner, "string"
	case "WORK_PHONE":
		return u.WorkPhone, "string"
	case "PERSONAL_MOBILE":
		return u.Mobile, "string"
	case "WORK_POSITION":
		return u.Position, "string"
	case "UF_DEPARTMENT":
		return listOf(u.Department), "list"
	case "IS_ONLINE":
		return !u.Away, "boolean"
	case "LAST_ACTIVITY_DATE":
		return lastSeen(u), "datetime"
	case "USER_TYPE":
		return "employee", "string"
	}
	return "", "string"
}

func lastSeen(u *User) any {
	if u.LastSeen.IsZero() {
		return nil
	}
	return stamp(u.LastSeen)
}

// showUser leaves empty fields and those outside the scope out (contract §6, §2.8).
func (c *call) showUser(u *User) any {
	out := map[string]any{
		"ID": itoa(u.ID), "ACTIVE": !u.Inactive, "NAME": u.Name, "LAST_NAME": u.LastName,
		"UF_DEPARTMENT": []int64{u.Department}, "USER_TYPE": "employee",
		"IS_ONLINE": map[bool]string{true: "N", false: "Y"}[u.Away], "LAST_ACTIVITY_DATE": map[string]any{}, // {} at times (contract §6)
	}
	if !u.LastSeen.IsZero() {
		out["LAST_ACTIVITY_DATE"] = stamp(u.LastSeen.In(c.cloud.opt.zone))
	}
	set := func(k, v string) {
		if v != "" {
			out[k] = v
		}
	}
	set("UF_PHONE_INNER", u.Inner)
	set("WORK_POSITION", u.Position)
	full := false
	for s := range strings.SplitSeq(c.actor.scope, ",") {
		full = full || strings.TrimSpace(s) == "user"
	}
	if full {
		set("EMAIL", u.Email)
		set("WORK_PHONE", u.WorkPhone)
		set("PERSONAL_MOBILE", u.Mobile)
	}
	return out
}

// START is in capitals here (contract §1.6).
func departmentGet(c *call) (any, error) {
	get := func(d Department, name string) (any, string) {
		switch name {
		case "ID":
			return d.ID, "integer"
		case "PARENT":
			return d.Parent, "integer"
		case "UF_HEAD":
			return d.Head, "integer"
		}
		return d.Name, "string"
	}
	filter := newArray()
	for _, k := range []string{"ID", "NAME", "PARENT", "UF_HEAD"} {
		if c.in.has(k) {
			filter.set(k, c.in.get(k))
		}
	}
	return list(c, c.state.Departments, filter, newArray(), c.in.get("START"), get, func(d Department) any {
		out := map[string]any{"ID": itoa(d.ID), "NAME": d.Name, "SORT": 500}
		if d.Parent != 0 {
			out["PARENT"] = itoa(d.Parent)
		}
		if d.Head != 0 {
			out["UF_HEAD"] = itoa(d.Head)
		}
		return out
	})
}
