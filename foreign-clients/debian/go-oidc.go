// A site that signs its users in with go-oidc. Reads its settings from standard input, a line of JSON, and answers with
// a line as soon as it listens.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	oidc "github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

type settings struct {
	ClientID, ClientSecret, Issuer, Origin, Address string
}

func main() {
	line, err := bufio.NewReader(os.Stdin).ReadBytes('\n')
	fail(err)
	var given settings
	fail(json.Unmarshal(line, &given))
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, given.Issuer)
	fail(err)
	client := oauth2.Config{
		ClientID:     given.ClientID,
		ClientSecret: given.ClientSecret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  given.Origin + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", "offline_access", "User.Read"},
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: given.ClientID})

	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, client.AuthCodeURL("the-state", oidc.Nonce("the-nonce")), http.StatusFound)
	})
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		answer, err := signIn(ctx, client, provider, verifier, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(answer)
	})
	go func() { fail(http.ListenAndServe(given.Address, nil)) }()
	fmt.Println(`{"listens":true}`)
	select {}
}

func signIn(
	ctx context.Context, client oauth2.Config, provider *oidc.Provider, verifier *oidc.IDTokenVerifier,
	r *http.Request,
) (map[string]interface{}, error) {
	if r.URL.Query().Get("state") != "the-state" {
		return nil, fmt.Errorf("another state")
	}
	token, err := client.Exchange(ctx, r.URL.Query().Get("code"))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != "the-nonce" {
		return nil, fmt.Errorf("another nonce")
	}
	var claims map[string]interface{}
	if err := idToken.Claims(&claims); err != nil {
		return nil, err
	}
	userInfo, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, err
	}
	fresh, err := client.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	return map[string]interface{}{
		"claims":   claims,
		"userInfo": map[string]string{"sub": userInfo.Subject, "email": userInfo.Email},
		"tokens":   []string{token.AccessToken, fresh.AccessToken},
	}, nil
}

func fail(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
