package main

import (
	"fmt"
	"io"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// templates prints what a tenant pastes into the platform. The secrets are shown once by the API;
// without them placeholders are printed.
type templates struct {
	PublicURL string `env:"OMNI_PUBLIC_URL" name:"public-url" default:"https://connector.example" help:"How the platform reaches the connector."`
	Variant   string `default:"json" enum:"json,form,get" help:"How notifications are written: json, form, get."`
}

// Run prints one block per notification. The secrets come from OMNI_HOOK_TOKEN and OMNI_HOOK_SECRET.
func (t *templates) Run(out io.Writer) error {
	token, err := secretOf("OMNI_HOOK_TOKEN")
	if err != nil {
		return err
	}
	secret, err := secretOf("OMNI_HOOK_SECRET")
	if err != nil {
		return err
	}
	if token == "" {
		token = "TENANT.SECRET"
	}
	if secret == "" {
		secret = "BODY-SECRET"
	}
	for _, one := range uis.Templates(t.PublicURL, string(token), integration.Secret(string(secret))) {
		if string(one.Variant) != t.Variant {
			continue
		}
		fmt.Fprintf(out, "# %s / %s\n%s %s\n", one.RU, one.EN, one.Method, one.URL)
		if one.Body != "" {
			fmt.Fprintf(out, "Content-Type: %s\n\n%s\n", one.ContentType, one.Body)
		}
		fmt.Fprintln(out)
	}
	return nil
}
