package emulator

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestBracketsBecomeNestedArraysInOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ form, want string }{
		{"", `[]`},
		{"a=1&b=", `{"a":"1","b":""}`},
		{"a[]=x&a[]=y", `{"a":["x","y"]}`},
		{"f[FM][0][VALUE]=%2B7&f[FM][1][VALUE]=8", `{"f":{"FM":[{"VALUE":"+7"},{"VALUE":"8"}]}}`},
		{"filter[%3E%3DID]=5&filter[!STAGE]=x", `{"filter":{">=ID":"5","!STAGE":"x"}}`},
		{"b[z]=1&b[a]=2&b[0]=3", `{"b":{"z":"1","a":"2","0":"3"}}`},
		{"a.b=1&c d=2", `{"a_b":"1","c_d":"2"}`},
		{"a=1&a[k]=2", `{"a":{"k":"2"}}`},
		{"a[1]=x&a[0]=y", `{"a":{"1":"x","0":"y"}}`},
		{"a[b=1", `{"a_b":"1"}`},
		{"filter[>=ID]=5", `{"filter_>":"ID]=5"}`},
		{"=1&&[x]=2", `{"[x]":"2"}`},
		{"a=%zz", `{"a":"%zz"}`},
	} {
		got, err := json.Marshal(parseForm(c.form))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, strings.ReplaceAll(string(got), `\u003e`, ">")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.form, diff)
		}
	}
}

func FuzzParseForm(f *testing.F) {
	for _, s := range []string{"a[b][]=1&a[b][]=2", "a[[[=", "%5B%5D=1", "cmd[x]=crm.item.add%3Ffields%5Ba%5D%3D1", strings.Repeat("a[", 200) + "=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := parseForm(s)
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatalf("unmarshalable: %v", err)
		}
		back, err := decodeJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("%q became %s: %v", s, text, err)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(text) {
			t.Fatalf("%s is not stable: %s %v", text, again, err)
		}
	})
}

// Writing and reading a form gives the same values, which is how events travel.
func FuzzFormRoundTrip(f *testing.F) {
	f.Add("key", "v&=[]%", "FIELDS", "7")
	f.Fuzz(func(t *testing.T, k, v, k2, v2 string) {
		clean := func(s string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune("[]. +\x00", r) || r == 0xFFFD {
					return 'x'
				}
				return r
			}, "k"+s)
		}
		a := newArray()
		a.set(clean(k), v)
		inner := newArray()
		inner.set(clean(k2), v2)
		a.set("nested", inner)
		got := parseForm(encodeForm(a))
		if got.get(clean(k)) != v && clean(k) != "nested" {
			t.Fatalf("%q: got %q, want %q", k, got.get(clean(k)), v)
		}
		if n, ok := got.get("nested").(*array); !ok || n.get(clean(k2)) != v2 {
			t.Fatalf("nested %q lost %q", k2, v2)
		}
	})
}

func FuzzBatchCommand(f *testing.F) {
	f.Add("crm.item.add?fields[a]=$result[x][item][id]", "v")
	f.Add("$result[x]$result[y][0]", "1")
	f.Add("m?a=$result[", "z")
	f.Fuzz(func(t *testing.T, cmd, value string) {
		b := &batch{result: newArray(), errors: newArray(), total: newArray(), next: newArray(), time: newArray()}
		b.result.set("x", map[string]any{"item": map[string]any{"id": value}})
		_, query, _ := strings.Cut(cmd, "?")
		in := parseForm(query)
		b.resolve(in)
		if _, err := json.Marshal(in); err != nil {
			t.Fatal(err)
		}
		// A reference that is the whole value is replaced exactly; others stay literal.
		in = parseForm("a=" + url.QueryEscape("$result[x][item][id]") + "&b=" + url.QueryEscape("$result[y][item][id]"))
		b.resolve(in)
		if value != phpString(in.get("a")) && utf8.ValidString(value) {
			t.Fatalf("reference gave %q, want %q", in.get("a"), value)
		}
		if in.get("b") != "$result[y][item][id]" {
			t.Fatalf("an unresolvable reference became %q", in.get("b"))
		}
	})
}

func TestCustomFieldNamesAreConvertedAsTheVendorDoes(t *testing.T) {
	t.Parallel()
	for upper, camel := range map[string]string{
		"UF_CRM_1639669411830": "ufCrm_1639669411830", "UF_CRM_2_1639669411830": "ufCrm2_1639669411830", "UF_CRM_CITY": "ufCrmCity",
		"UF_CRM_FIRST_CALL": "ufCrmFirstCall",
	} {
		if got := camelUF(upper); got != camel {
			t.Errorf("%s: got %s, want %s", upper, got, camel)
		}
	}
}
