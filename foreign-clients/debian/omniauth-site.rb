# A site that signs its users in with OmniAuth: its strategies for OpenID Connect and for Azure Active Directory. Reads
# its settings from standard input, a line of JSON, and answers with a line as soon as it listens.

require 'json'
require 'rack'
require 'omniauth_openid_connect'
require 'omniauth-azure-activedirectory-v2'
require 'webrick'

given = JSON.parse($stdin.gets)
OmniAuth.config.allowed_request_methods = [:get]
OmniAuth.config.silence_get_warning = true
OmniAuth.config.logger = Logger.new($stderr)
OmniAuth.config.full_host = given['origin']

app = Rack::Builder.new do
  use Rack::Session::Cookie, secret: 'of-this-test-only-of-this-test-only'
  use OmniAuth::Builder do
    provider :openid_connect,
             issuer: given['issuer'],
             discovery: true,
             scope: %i[openid profile email offline_access User.Read],
             client_auth_method: :basic,
             uid_field: 'oid',
             client_options: {
               identifier: given['clientId'],
               secret: given['clientSecret'],
               redirect_uri: "#{given['origin']}/auth/openid_connect/callback"
             }
    provider :azure_activedirectory_v2,
             client_id: given['clientId'],
             client_secret: given['clientSecret'],
             scope: 'openid profile email User.Read'
  end
  run lambda { |environment|
    auth = environment['omniauth.auth']
    error = environment['omniauth.error']
    found = auth || { 'error' => error.inspect, 'query' => environment['QUERY_STRING'] }
    [200, { 'Content-Type' => 'application/json' }, [found.to_json]]
  }
end

Rack::Handler::WEBrick.run(
  app,
  Host: '127.0.0.1',
  Port: given['port'],
  Logger: WEBrick::Log.new(File::NULL),
  AccessLog: [],
  StartCallback: -> { puts({ listens: true }.to_json); $stdout.flush }
)
